package dev.hookbridge.decision.gate;

import dev.hookbridge.mailbox.Boot;
import dev.hookbridge.text.Ids;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's files in {@code gates.d}: the socket, and the stamp that shows that the agent is
 * alive.
 */
public final class GateFolder {
  private static final Logger LOG = LoggerFactory.getLogger(GateFolder.class);

  /**
   * Maximum length of a socket path in bytes, without the final zero byte. Source: {@code unix(7)}.
   */
  private static final int MOST_PATH = 107;

  /**
   * Length of the accept queue. A daemon that restarts with hundreds of guests calls hooks for all
   * of them at once.
   */
  private static final int BACKLOG = 1024;

  private final Path folder;
  private final Path socket;
  private final Path alive;
  private final Boot boot;
  private long stampedAt;
  private boolean stamped;
  private boolean failing;

  public GateFolder(Path folder, Boot boot) {
    this.folder = folder;
    this.socket = socket(folder);
    this.alive = alive(folder);
    this.boot = boot;
  }

  static Path socket(Path folder) {
    return folder.resolve("gate.sock");
  }

  static Path alive(Path folder) {
    return folder.resolve("alive");
  }

  /** Returns the error for a directory whose socket path is too long, in one sentence, or empty. */
  static Optional<String> tooLong(Path folder) {
    int length = socket(folder).toString().getBytes(StandardCharsets.UTF_8).length;
    return length <= MOST_PATH
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "%s has %d bytes, a socket's path at most %d: choose a shorter data folder",
                socket(folder),
                length,
                MOST_PATH));
  }

  /**
   * Creates the socket. It replaces a socket that a killed agent left.
   *
   * @throws IOException if the socket cannot be created; the message is one sentence
   */
  ServerSocketChannel listen() throws IOException {
    Optional<String> wrong = tooLong(folder);
    if (wrong.isPresent()) {
      throw new IOException(wrong.get());
    }
    Files.deleteIfExists(socket);
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(socket), BACKLOG);
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
      return server;
    } catch (IOException e) {
      server.close();
      throw new IOException(
          socket
              + " cannot be made ("
              + e.getMessage()
              + "): run layout.sh, then the agent as the"
              + " folder's owner",
          e);
    }
  }

  /**
   * Writes the stamp that shows that the calling thread is alive, unless the last stamp is less
   * than {@code every} ns old.
   */
  void stampIfDue(long every) {
    long now = System.nanoTime();
    if (stamped && now - stampedAt < every) {
      return;
    }
    stamped = true;
    stampedAt = now;
    try (FileChannel file =
        FileChannel.open(
            alive,
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE, LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      String digits = Ids.digits(boot.now());
      file.write(ByteBuffer.wrap(digits.getBytes(StandardCharsets.US_ASCII)), 0);
      failing = false;
    } catch (IOException | IllegalStateException e) {
      if (!failing) {
        LOG.warn(
            "{} cannot be stamped, so hooks take this agent for absent: {}", alive, e.toString());
      }
      failing = true;
    }
  }

  /** Deletes the stamp and the socket. From now on hooks treat the agent as absent. */
  void leave() {
    try {
      Files.deleteIfExists(alive);
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      LOG.debug("{} stays: {}", socket, e.toString());
    }
  }
}
