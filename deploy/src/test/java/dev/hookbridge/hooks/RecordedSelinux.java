package dev.hookbridge.hooks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * SELinux as a test has it: rules of a policy, the labels of files, and answers in the form of the
 * kernel's. Without {@link #on} it is off.
 */
final class RecordedSelinux implements Selinux.Facts {
  private static final List<String> CLASSES = List.of("process", "file", "dir");
  private static final List<String> PERMISSIONS =
      List.of(
          "getattr",
          "open",
          "read",
          "execute",
          "map",
          "execute_no_trans",
          "entrypoint",
          "transition",
          "search",
          "write",
          "add_name",
          "remove_name",
          "create",
          "rename",
          "unlink");

  final Map<String, String> labels = new HashMap<>();
  final Map<String, String> expected = new HashMap<>();
  private final Set<String> rules = new HashSet<>();
  private final Map<String, String> transitions = new HashMap<>();
  private final Set<String> permissive = new HashSet<>();

  /** Writes the files that {@code /sys/fs/selinux} has. */
  static void on(HostFiles machine, boolean enforcing) throws IOException {
    Path top = machine.at("/sys/fs/selinux");
    Files.createDirectories(top);
    Files.writeString(top.resolve("enforce"), enforcing ? "1" : "0");
    for (int kind = 0; kind < CLASSES.size(); kind++) {
      Path perms = top.resolve("class").resolve(CLASSES.get(kind)).resolve("perms");
      Files.createDirectories(perms);
      Files.writeString(perms.resolveSibling("index"), Integer.toString(kind + 1));
      for (int bit = 0; bit < PERMISSIONS.size(); bit++) {
        Files.writeString(perms.resolve(PERMISSIONS.get(bit)), Integer.toString(bit + 1));
      }
    }
  }

  static String context(String type) {
    return "system_u:system_r:" + type + ":s0-s0:c0.c1023";
  }

  /** Adds a rule, as {@code virtd_t virt_etc_rw_t file getattr open}. */
  RecordedSelinux allow(String source, String target, String kind, String... permissions) {
    for (String permission : permissions) {
      rules.add(String.join(" ", source, target, kind, permission));
    }
    return this;
  }

  /** Adds what a daemon needs to execute a file in another domain. */
  RecordedSelinux transition(String source, String file, String domain) {
    transitions.put(source + " " + file, domain);
    allow(source, file, "file", "getattr", "open", "read", "execute", "map");
    allow(domain, file, "file", "entrypoint");
    return allow(source, domain, "process", "transition");
  }

  /** Adds what a hook needs in its folders. */
  RecordedSelinux mailbox(String domain, String folder) {
    allow(domain, folder, "dir", "search", "write", "add_name", "remove_name");
    return allow(domain, folder, "file", "create", "open", "write", "rename", "unlink");
  }

  RecordedSelinux permissive(String domain) {
    permissive.add(domain);
    return this;
  }

  @Override
  public String ask(String file, String question) {
    String[] words = question.split(" ", -1);
    String source = Selinux.type(words[0]);
    String target = Selinux.type(words[1]);
    if (file.equals("create") && words[2].equals("2")) {
      // A file that is made has the type of its folder, and the user of who made it.
      return words[0].split(":", -1)[0] + ":object_r:" + target + ":s0";
    }
    if (file.equals("create")) {
      String domain = transitions.get(source + " " + target);
      return domain == null ? words[0] : context(domain);
    }
    String kind = CLASSES.get(Integer.parseInt(words[2]) - 1);
    long allowed = 0;
    for (int bit = 0; bit < PERMISSIONS.size(); bit++) {
      if (rules.contains(String.join(" ", source, target, kind, PERMISSIONS.get(bit)))) {
        allowed |= 1L << bit;
      }
    }
    return Long.toHexString(allowed)
        + " ffffffff 0 ffffffff 7 "
        + (permissive.contains(source) ? 1 : 0);
  }

  @Override
  public String label(Path file) {
    return labels.getOrDefault(String.valueOf(file.getFileName()), "");
  }

  @Override
  public String expected(Path file) {
    return expected.getOrDefault(String.valueOf(file.getFileName()), "");
  }

  @Override
  public String set(Path file, String label) {
    labels.put(String.valueOf(file.getFileName()), label);
    return "";
  }
}
