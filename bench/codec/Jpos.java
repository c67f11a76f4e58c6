import java.util.Arrays;
import org.jpos.iso.ISOMsg;
import org.jpos.iso.ISOUtil;
import org.jpos.iso.packager.GenericPackager;

/** java -cp JPOS_CLASSPATH Jpos.java PACKAGER.xml HEX ROUNDS: prints the median of each speed. */
public class Jpos {
  private static final int MESSAGES = 200_000;
  private static final int LAST = 128;
  private static long kept;

  interface Act {
    int run() throws Exception;
  }

  public static void main(String[] words) throws Exception {
    GenericPackager packager = new GenericPackager(words[0]);
    byte[] image = ISOUtil.hex2byte(words[1]);
    int rounds = Integer.parseInt(words[2]);
    ISOMsg message = unpacked(packager, image);
    String[] values = new String[LAST + 1];
    for (int number = 0; number <= LAST; number++) values[number] = message.getString(number);
    if (!Arrays.equals(packed(packager, values), image)) {
      throw new IllegalStateException("jPOS packs other bytes");
    }
    Act unpack = () -> read(unpacked(packager, image));
    Act pack = () -> packed(packager, values).length;
    time(unpack);
    time(pack);
    double[][] speeds = new double[2][rounds];
    for (int round = 0; round < rounds; round++) {
      speeds[0][round] = time(unpack);
      speeds[1][round] = time(pack);
    }
    System.out.printf("{\"unpackPerS\":%.0f,\"packPerS\":%.0f}%n", median(speeds[0]), median(speeds[1]));
    if (kept == 0) throw new IllegalStateException("nothing was read");
  }

  private static ISOMsg unpacked(GenericPackager packager, byte[] image) throws Exception {
    ISOMsg message = new ISOMsg();
    message.setPackager(packager);
    message.unpack(image);
    return message;
  }

  private static int read(ISOMsg message) {
    int length = 0;
    for (int number = 2; number <= LAST; number++) {
      if (message.hasField(number)) length += message.getString(number).length();
    }
    return length;
  }

  private static byte[] packed(GenericPackager packager, String[] values) throws Exception {
    ISOMsg message = new ISOMsg();
    message.setPackager(packager);
    for (int number = 0; number <= LAST; number++) {
      if (number != 1 && values[number] != null) message.set(number, values[number]);
    }
    return message.pack();
  }

  private static double time(Act act) throws Exception {
    long since = System.nanoTime();
    for (int count = 0; count < MESSAGES; count++) kept += act.run();
    return MESSAGES * 1e9 / (System.nanoTime() - since);
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    int middle = values.length / 2;
    return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  }
}
