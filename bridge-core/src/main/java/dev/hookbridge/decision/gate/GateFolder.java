package dev.hookbridge.decision.gate;

import dev.hookbridge.mailbox.Boot;
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

/** What lies in {@code gates.d} while an agent runs: the socket, and the sign that it is alive. */
public final class GateFolder {
  private static final Logger LOG = LoggerFactory.getLogger(GateFolder.class);

  /** What the kernel's address of a socket holds, with the zero behind it: {@code unix(7)}. */
  private static final int MOST_PATH = 107;

  /** A daemon that restarts with hundreds of guests asks for all of them at once. */
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

  /** What keeps the socket from being made in a folder, one sentence; empty when nothing does. */
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
   * Makes the socket, in the place of one that a killed agent left.
   *
   * @throws IOException one sentence
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
   * Shows that the thread which calls this is alive, unless it did so less than {@code every} ns
   * ago.
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
      String digits = String.format(Locale.ROOT, "%020d", boot.now());
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

  /** From now on this agent is absent. */
  void leave() {
    try {
      Files.deleteIfExists(alive);
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      LOG.debug("{} stays: {}", socket, e.toString());
    }
  }
}
