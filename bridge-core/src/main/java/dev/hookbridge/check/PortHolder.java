package dev.hookbridge.check;

import dev.hookbridge.http.ListeningSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Finds the process that listens on a TCP port of this host, as far as this user may see it in
 * {@code /proc}.
 */
final class PortHolder {
  private final Path proc;

  /**
   * Creates a finder.
   *
   * @param proc the folder {@code /proc}
   */
  PortHolder(Path proc) {
    this.proc = proc;
  }

  /** A process ID and the process name as process lists show it. */
  record Holder(long pid, String name) {
    @Override
    public String toString() {
      return name + ", process " + pid;
    }
  }

  /**
   * Returns the process that listens on an address. Returns empty when there is none, or when this
   * user may not see the process's files.
   */
  Optional<Holder> of(InetSocketAddress address) {
    try {
      List<String> sockets =
          ListeningSocket.at(proc, address).stream()
              .map(socket -> "socket:[" + socket.inode() + "]")
              .toList();
      return sockets.isEmpty() ? Optional.empty() : owner(sockets);
    } catch (IOException e) {
      return Optional.empty(); // the kernel gives no answer
    }
  }

  /**
   * Returns the process that holds one of these sockets, by the links in {@code /proc/<pid>/fd}.
   */
  private Optional<Holder> owner(List<String> sockets) {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : processes) {
        if (holds(process, sockets)) {
          long pid = Long.parseLong(String.valueOf(process.getFileName()));
          return Optional.of(new Holder(pid, Files.readString(process.resolve("comm")).strip()));
        }
      }
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // the process has just ended
    }
    return Optional.empty();
  }

  private static boolean holds(Path process, List<String> sockets) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path file : files) {
        if (sockets.contains(String.valueOf(Files.readSymbolicLink(file)))) {
          return true;
        }
      }
    } catch (IOException | RuntimeException e) {
      return false; // of another user, or ended
    }
    return false;
  }
}
