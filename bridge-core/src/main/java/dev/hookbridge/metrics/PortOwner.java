package dev.hookbridge.metrics;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;

/** Whose programs listen on a port of this host, as the kernel says. */
final class PortOwner {
  private static final String LISTENS = "0A";
  private static final int ADDRESS = 1;
  private static final int STATE = 3;
  private static final int UID = 7;
  private static final int WORD = 4;
  private static final int HEX = 16;

  private PortOwner() {}

  /** Somebody else has the port. */
  static final class Impostor extends IOException {
    private static final long serialVersionUID = 1;

    Impostor(String message) {
      super(message);
    }
  }

  /**
   * Makes sure that what is sent there goes to a program of one user, or of root.
   *
   * @throws Impostor when another user listens there
   * @throws IOException when nobody listens, or the kernel does not say who
   */
  static void require(int owner, InetSocketAddress at) throws IOException {
    boolean any = false;
    for (String table : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
      Path file = Path.of(table);
      if (table.endsWith("6") && !Files.exists(file)) {
        continue; // a kernel without IPv6
      }
      for (String line : Files.readAllLines(file)) {
        String[] words = line.strip().split("\\s+", -1);
        if (words.length > UID && words[STATE].equals(LISTENS) && takes(words[ADDRESS], at)) {
          any = true;
          require(owner, Integer.parseUnsignedInt(words[UID]), at);
        }
      }
    }
    if (!any) {
      throw new IOException("nobody listens on " + shown(at));
    }
  }

  private static void require(int owner, int uid, InetSocketAddress at) throws Impostor {
    if (uid != owner && uid != 0) {
      throw new Impostor(
          "user "
              + Integer.toUnsignedString(uid)
              + " listens on "
              + shown(at)
              + ", and not the agent (user "
              + Integer.toUnsignedString(owner)
              + "), so the password was not sent: see what has the port, and start the agent");
    }
  }

  private static String shown(InetSocketAddress at) {
    return at.getHostString() + ":" + at.getPort();
  }

  /** Whether a connection to there could reach the one that listens here. */
  private static boolean takes(String word, InetSocketAddress at) throws UnknownHostException {
    int colon = word.indexOf(':');
    if (Integer.parseInt(word.substring(colon + 1), HEX) != at.getPort()) {
      return false;
    }
    byte[] bytes = HexFormat.of().parseHex(word.substring(0, colon));
    boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    for (int i = 0; little && i < bytes.length; i += WORD) { // words in the machine's order
      swap(bytes, i, i + 3);
      swap(bytes, i + 1, i + 2);
    }
    InetAddress listens = InetAddress.getByAddress(bytes);
    return listens.isAnyLocalAddress() || listens.equals(at.getAddress());
  }

  private static void swap(byte[] bytes, int one, int other) {
    byte kept = bytes[one];
    bytes[one] = bytes[other];
    bytes[other] = kept;
  }
}
