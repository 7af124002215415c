package dev.hookbridge.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

/** Checks which users' programs listen on a port of this host, as the kernel reports it. */
final class PortOwner {
  private PortOwner() {}

  /** Thrown when another user has the port. */
  static final class Impostor extends IOException {
    private static final long serialVersionUID = 1;

    Impostor(String message) {
      super(message);
    }
  }

  /**
   * Makes sure that only programs of one user, or of root, listen on an address.
   *
   * @throws Impostor if another user listens there
   * @throws IOException if nobody listens, or the kernel does not report the user
   */
  static void require(int owner, InetSocketAddress at) throws IOException {
    List<ListeningSocket> sockets = ListeningSocket.at(Path.of("/proc/self"), at);
    String shown = at.getHostString() + ":" + at.getPort();
    if (sockets.isEmpty()) {
      throw new IOException("nothing listens on " + shown);
    }
    for (ListeningSocket socket : sockets) {
      if (socket.owner() != owner && socket.owner() != 0) {
        throw new Impostor(
            "user "
                + Integer.toUnsignedString(socket.owner())
                + " listens on "
                + shown
                + ", and not the agent (user "
                + Integer.toUnsignedString(owner)
                + "), so the password was not sent: see what has the port, and start the agent");
      }
    }
  }
}
