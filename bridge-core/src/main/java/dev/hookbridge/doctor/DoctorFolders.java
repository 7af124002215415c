package dev.hookbridge.doctor;

import dev.hookbridge.api.Check;
import dev.hookbridge.check.FolderChecks;
import dev.hookbridge.config.HostPaths;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks the folders that the hook needs: owners, permissions, free space. It reads only names and
 * attributes, and follows no links. It opens no file below a folder of the agent.
 */
final class DoctorFolders {
  private static final int TYPE = 0170000;
  private static final int FOLDER = 0040000;
  private static final int WRITE_BY_OTHERS = 022;
  private static final int ANYTHING_BY_OTHERS = 077;
  private static final Pattern RESERVE =
      Pattern.compile("(?m)^\\s*reserve\\s*:\\s*(\\d{1,12})\\s*(%|B|KiB|MiB|GiB|)\\s*(?:#.*)?$");

  private final HostPaths places;
  private final int me;

  /**
   * Creates the checks.
   *
   * @param me the user ID of this process
   */
  DoctorFolders(HostPaths places, int me) {
    this.places = places;
    this.me = me;
  }

  /** Returns the user ID of this process. */
  static int self() throws IOException {
    return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  /** Returns the owner of a folder. Returns empty when it is missing, a link, or not a folder. */
  static OptionalInt owner(Path folder) throws IOException {
    try {
      Map<String, Object> is =
          Files.readAttributes(folder, "unix:uid,mode", LinkOption.NOFOLLOW_LINKS);
      boolean real = (number(is, "mode") & TYPE) == FOLDER;
      return real ? OptionalInt.of(number(is, "uid")) : OptionalInt.empty();
    } catch (NoSuchFileException e) {
      return OptionalInt.empty();
    }
  }

  private static int number(Map<String, Object> attributes, String name) {
    return (int) Objects.requireNonNull(attributes.get(name), name);
  }

  /**
   * Checks that root owns the upper folders and only root can write there. Checks that one user
   * owns the agent's folders and no other user has access to them.
   */
  Check owners() throws IOException {
    List<String> wrong = new ArrayList<>();
    int root = places.trial() ? me : 0;
    for (Path folder : List.of(places.data(), places.mail())) {
      wrong(folder, root, WRITE_BY_OTHERS).ifPresent(wrong::add);
    }
    OptionalInt agent = owner(places.spool());
    List<Path> his = new ArrayList<>(List.of(places.spool(), places.mail().resolve("new")));
    if (!places.trial() || Files.exists(places.gates(), LinkOption.NOFOLLOW_LINKS)) {
      his.add(places.gates());
    }
    for (Path folder : his) {
      wrong(folder, agent.orElse(root), ANYTHING_BY_OTHERS).ifPresent(wrong::add);
    }
    return wrong.isEmpty()
        ? Check.ok("owners", "all folders have the right owner")
        : Check.failure("owners", String.join("; ", wrong) + ": " + remedy());
  }

  private String remedy() {
    String layout = System.getProperty("hookbridge.home", "") + "/libexec/layout.sh";
    return "run '" + layout + (places.trial() ? " --trial " + places.data() : "") + "' as root";
  }

  private static Optional<String> wrong(Path folder, int uid, int forbidden) throws IOException {
    OptionalInt owner = owner(folder);
    if (owner.isEmpty()) {
      return Optional.of(folder + " is not a folder");
    }
    if (owner.getAsInt() != uid) {
      return Optional.of(folder + " belongs to user " + owner.getAsInt() + " and should to " + uid);
    }
    int mode = (int) Files.getAttribute(folder, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    return (mode & forbidden) == 0
        ? Optional.empty()
        : Optional.of(folder + " has mode " + Integer.toOctalString(mode & 07777));
  }

  /**
   * Checks whether this user can write where hooks write. libvirt's daemons run hooks as this user.
   */
  Check mailbox() {
    Path folder = places.mail().resolve("new");
    return FolderChecks.wrongWith(folder)
        .map(wrong -> Check.failure("mailbox", folder + " " + wrong))
        .orElseGet(() -> Check.ok("mailbox", "a hook of user " + me + " can write it"));
  }

  /** Checks the free space. The hook writes no file when less than its reserve is free. */
  Check room() throws IOException {
    FileStore store = Files.getFileStore(places.mail().resolve("new"));
    long free = store.getUsableSpace();
    long reserve = reserve(store.getTotalSpace());
    String said = (free >> 20) + " MiB free, hooks leave " + (reserve >> 20) + " MiB";
    if (free <= reserve) {
      return Check.failure(
          "room", said + ": calls are lost; free space on the disk of " + places.mail());
    }
    return free < 2 * reserve
        ? Check.warning("room", said + ": free space on the disk of " + places.mail())
        : Check.ok("room", said);
  }

  /**
   * Returns the reserve in bytes as the hook computes it: {@code reserve} of its settings,
   * otherwise the smaller of 5 % and 1 GiB.
   */
  long reserve(long total) throws IOException {
    Path settings = places.etc().resolve("shim.conf");
    Matcher set = RESERVE.matcher(Files.isReadable(settings) ? Files.readString(settings) : "");
    if (!set.find()) {
      return Math.min(total / 20, 1L << 30);
    }
    long number = Long.parseLong(set.group(1));
    return switch (set.group(2)) {
      case "%" -> total / 100 * Math.min(number, 100);
      case "KiB" -> number << 10;
      case "MiB" -> number << 20;
      case "GiB" -> number << 30;
      default -> number;
    };
  }

  /** Checks for calls that the hook could not write since the host's boot. */
  Check losses() throws IOException {
    Path file = places.lost();
    if (!Files.exists(file)) {
      return Check.ok("losses", "no call of this boot was lost");
    }
    long lost = 0;
    String errno = "";
    for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
      String[] words = line.split(" ", -1);
      if (words.length == 7 && words[0].equals("lost")) {
        lost++;
        errno = words[6];
      }
    }
    return lost == 0
        ? Check.ok("losses", "no call was lost")
        : Check.warning(
            "losses",
            lost
                + " calls could not be written; the last error was errno "
                + errno
                + " (28: no room, 30: read-only, 1 and 13: forbidden): "
                + file
                + " names them");
  }
}
