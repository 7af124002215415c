package dev.hookbridge.check;

import dev.hookbridge.http.ListeningSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Which process listens on a TCP port of this host, as far as the kernel tells this user. */
final class PortHolder {
  private final Path proc;

  /**
   * @param proc {@code /proc}
   */
  PortHolder(Path proc) {
    this.proc = proc;
  }

  /** A process with the name it has in lists of processes. */
  record Holder(long pid, String name) {
    @Override
    public String toString() {
      return name + ", process " + pid;
    }
  }

  /** Empty when nobody does, or a process whose files this user may not see. */
  Optional<Holder> of(InetSocketAddress address) {
    try {
      List<String> sockets =
          ListeningSocket.at(proc, address).stream()
              .map(socket -> "socket:[" + socket.inode() + "]")
              .toList();
      return sockets.isEmpty() ? Optional.empty() : owner(sockets);
    } catch (IOException e) {
      return Optional.empty(); // the kernel does not say
    }
  }

  /** The process that has one of these, as {@code /proc/<pid>/fd} names them. */
  private Optional<Holder> owner(List<String> sockets) {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : processes) {
        if (holds(process, sockets)) {
          long pid = Long.parseLong(String.valueOf(process.getFileName()));
          return Optional.of(new Holder(pid, Files.readString(process.resolve("comm")).strip()));
        }
      }
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // it has just ended
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
      return false; // another user's, or ended
    }
    return false;
  }
}
