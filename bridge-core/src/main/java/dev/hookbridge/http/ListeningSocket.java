package dev.hookbridge.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A listening TCP socket of this host, as listed in {@code /proc/net/tcp} and {@code tcp6}. Source:
 * proc_net_tcp in the kernel's documentation.
 *
 * @param owner the user id of the process that created it
 * @param inode the inode, by which {@code /proc/<pid>/fd} names the socket
 */
public record ListeningSocket(int owner, String inode) {
  private static final String LISTENS = "0A";
  private static final int ADDRESS = 1;
  private static final int STATE = 3;
  private static final int UID = 7;
  private static final int INODE = 9;
  private static final int WORD = 4;
  private static final int HEX = 16;

  /**
   * Returns the sockets that would get a connection to an address, and that prevent others from
   * listening there.
   *
   * @param proc the directory {@code /proc}
   */
  public static List<ListeningSocket> at(Path proc, InetSocketAddress address) throws IOException {
    List<ListeningSocket> found = new ArrayList<>();
    for (String table : List.of("net/tcp", "net/tcp6")) {
      Path file = proc.resolve(table);
      if (Files.exists(file)) { // a kernel may lack IPv6
        for (String line : Files.readAllLines(file)) {
          String[] words = line.strip().split("\\s+", -1);
          if (words.length > INODE
              && words[STATE].equals(LISTENS)
              && takes(words[ADDRESS], address)) {
            found.add(new ListeningSocket(Integer.parseUnsignedInt(words[UID]), words[INODE]));
          }
        }
      }
    }
    return found;
  }

  private static boolean takes(String bound, InetSocketAddress address)
      throws UnknownHostException {
    int colon = bound.indexOf(':');
    if (Integer.parseInt(bound.substring(colon + 1), HEX) != address.getPort()) {
      return false;
    }
    InetAddress wanted = address.getAddress();
    InetAddress listens = InetAddress.getByAddress(bytes(bound.substring(0, colon)));
    return wanted == null
        || wanted.isAnyLocalAddress()
        || listens.isAnyLocalAddress()
        || listens.equals(wanted);
  }

  /** Parses an address. The kernel prints words of four bytes, each in the machine's byte order. */
  private static byte[] bytes(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      for (int i = 0; i < bytes.length; i += WORD) {
        swap(bytes, i, i + 3);
        swap(bytes, i + 1, i + 2);
      }
    }
    return bytes;
  }

  private static void swap(byte[] bytes, int one, int other) {
    byte kept = bytes[one];
    bytes[one] = bytes[other];
    bytes[other] = kept;
  }
}
