package dev.hookbridge.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which process listens on a TCP port of this host, as far as the kernel tells this user. */
final class PortHolder {
  private static final String LISTEN = "0A";

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
    List<String> sockets = new ArrayList<>();
    for (String table : List.of("net/tcp", "net/tcp6")) {
      sockets.addAll(listening(proc.resolve(table), address));
    }
    return sockets.isEmpty() ? Optional.empty() : owner(sockets);
  }

  /** The names of sockets, as {@code /proc/<pid>/fd} shows them, that take such a connection. */
  private static List<String> listening(Path table, InetSocketAddress address) {
    List<String> sockets = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(table)) {
        String[] words = line.strip().split("\\s+", -1);
        if (words.length > 9 && words[3].equals(LISTEN) && takes(words[1], address)) {
          sockets.add("socket:[" + words[9] + "]");
        }
      }
    } catch (IOException e) {
      return sockets; // a kernel without IPv6 has no table of it
    }
    return sockets;
  }

  /** Whether a socket bound to {@code 0100007F:24F8} stands in the way of an address. */
  private static boolean takes(String bound, InetSocketAddress address) {
    String[] parts = bound.split(":", -1);
    if (parts.length != 2 || Integer.parseInt(parts[1], 16) != address.getPort()) {
      return false;
    }
    InetAddress wanted = address.getAddress();
    return wanted == null
        || wanted.isAnyLocalAddress()
        || parts[0].matches("0+")
        || parts[0].endsWith(hex(wanted));
  }

  /** As the kernel prints it: words of four bytes, each with its last byte first. */
  private static String hex(InetAddress address) {
    byte[] bytes = address.getAddress();
    StringBuilder hex = new StringBuilder();
    for (int word = 0; word < bytes.length; word += 4) {
      for (int i = 3; i >= 0; i--) {
        hex.append(String.format("%02X", bytes[word + i]));
      }
    }
    return hex.toString();
  }

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
