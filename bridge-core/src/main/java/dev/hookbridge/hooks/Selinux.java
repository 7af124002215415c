package dev.hookbridge.hooks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Asks SELinux what its policy allows, and reads and sets the labels of files. */
final class Selinux {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** In the last field of an answer: the source domain alone is permissive. */
  private static final int PERMISSIVE = 1;

  private final HostFiles machine;
  private final Facts facts;
  private final Map<Path, String> expected = new HashMap<>();

  Selinux(HostFiles machine) {
    this.machine = machine;
    this.facts = machine.selinux();
  }

  /** What the kernel and the policy answer. A test has recorded answers. */
  interface Facts {
    /** Writes a question to a file of {@code /sys/fs/selinux} and returns the answer. */
    String ask(String file, String question) throws IOException;

    /** Returns the label of a file, or an empty text. */
    String label(Path file) throws IOException;

    /** Returns the label that {@code restorecon} would set, or an empty text. */
    String expected(Path file) throws IOException;

    /** Sets the label of a file. Returns why it cannot, or an empty text. */
    String set(Path file, String label) throws IOException;
  }

  /** This machine. */
  static final Facts KERNEL =
      new Facts() {
        private static final int LONGEST = 4096;

        @Override
        public String ask(String file, String question) throws IOException {
          Path path = Path.of("/sys/fs/selinux", file);
          // One transaction: the answer to what was written is read from the same open file.
          try (FileChannel channel =
              FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(question.getBytes(StandardCharsets.UTF_8)), 0);
            ByteBuffer answer = ByteBuffer.allocate(LONGEST);
            channel.read(answer, 0);
            String text = new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
            return text.replace("\0", "").strip();
          }
        }

        @Override
        public String label(Path file) throws IOException {
          return said("stat", "-c", "%C", file.toString()).replace("?", "");
        }

        @Override
        public String expected(Path file) throws IOException {
          return said("matchpathcon", "-n", file.toString()).replace("<<none>>", "");
        }

        @Override
        public String set(Path file, String label) throws IOException {
          Command.Result said = Command.run(PATIENCE, "chcon", label, file.toString());
          return said.exit() == 0 ? "" : said.out().strip() + " (exit " + said.exit() + ")";
        }

        private static String said(String... command) throws IOException {
          Command.Result result = Command.run(PATIENCE, command);
          return result.exit() == 0 ? result.out().strip() : "";
        }
      };

  /** Returns whether SELinux is on, enforcing or permissive. */
  boolean on() {
    return Files.exists(machine.at("/sys/fs/selinux/enforce"));
  }

  boolean enforcing() {
    return HostFiles.text(machine.at("/sys/fs/selinux/enforce")).equals("1");
  }

  String label(Path file) throws IOException {
    return facts.label(file);
  }

  String expected(Path file) throws IOException {
    String known = expected.get(file);
    String label = known == null ? facts.expected(file) : known;
    expected.put(file, label); // a program is started for each
    return label;
  }

  /**
   * Returns whether the policy allows all permissions. The mode of SELinux does not matter, but a
   * permissive domain is allowed everything.
   *
   * @param kind a class of objects, such as {@code file}
   */
  boolean allows(String source, String target, String kind, String... permissions)
      throws IOException {
    long wanted = 0;
    for (String permission : permissions) {
      long bit = number("/sys/fs/selinux/class/" + kind + "/perms/" + permission);
      wanted |= bit == 0 ? 0 : 1L << (bit - 1); // what this policy does not know it does not deny
    }
    String[] answer = facts.ask("access", source + " " + target + " " + index(kind)).split(" ", -1);
    long allowed = Long.parseLong(answer[0], 16);
    boolean permissive =
        answer.length > 5 && (Long.parseLong(answer[5], 16) & PERMISSIVE) == PERMISSIVE;
    return permissive || (allowed & wanted) == wanted;
  }

  /** Returns the domain of a program that a domain executes. */
  String domain(String of, String program) throws IOException {
    return facts.ask("create", of + " " + program + " " + index("process"));
  }

  /** Returns the label of a file that a domain makes in a folder. */
  String made(String domain, String folder) throws IOException {
    return facts.ask("create", domain + " " + folder + " " + index("file"));
  }

  private long index(String kind) {
    return number("/sys/fs/selinux/class/" + kind + "/index");
  }

  private long number(String file) {
    String text = HostFiles.text(machine.at(file));
    return text.matches("\\d{1,9}") ? Long.parseLong(text) : 0;
  }

  /**
   * Gives a file the label that the policy has for a path. Does nothing when the file has it, or
   * when SELinux is off.
   *
   * @param path where the file is or will be
   * @throws HooksException when the label cannot be set
   */
  void label(Path file, Path path) throws IOException, HooksException {
    String label = on() ? expected(path) : "";
    if (label.isEmpty() || type(label).equals(type(label(file)))) {
      return;
    }
    String why = facts.set(file, label);
    if (!why.isEmpty()) {
      throw new HooksException(file + " cannot be labelled " + label + ": " + why);
    }
  }

  /** Returns a sentence when a file has another type than the policy has for it. */
  Optional<String> wrongLabel(Path file) throws IOException {
    if (!on() || !Files.exists(file)) {
      return Optional.empty();
    }
    String policy = expected(file);
    String label = label(file);
    return policy.isEmpty() || Objects.equals(type(policy), type(label))
        ? Optional.empty()
        : Optional.of(
            file
                + " is labelled "
                + type(label)
                + " and the policy says "
                + type(policy)
                + ": run 'restorecon -RF "
                + file
                + "'");
  }

  /** Returns the type in a label {@code user:role:type:level}. */
  static String type(String label) {
    String[] parts = label.split(":", -1);
    return parts.length > 2 ? parts[2] : label;
  }
}
