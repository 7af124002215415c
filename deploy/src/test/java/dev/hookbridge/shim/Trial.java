package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** A trial folder made by layout.sh, and what the shim left in it. */
final class Trial {
  static final String NAME = "[0-9]{20}-[0-9a-f-]{36}-[0-9]{20}-[0-9a-f-]{36}";
  static final String LINE =
      "(lost|late) [0-9a-f-]{36} [1-9][0-9]* [a-z]+ [A-Za-z0-9._%-]{1,64} [A-Za-z0-9._%-]{1,255}"
          + " [1-9][0-9]*";

  static final int SPARES = 128;
  static final int SPARE_SIZE = 16 << 10;

  final Path folder;

  Trial(Path folder) throws IOException {
    this.folder = folder;
    Run.tool("sh", Shim.layout().toString(), "--trial", folder.toString());
  }

  Path mail() {
    return folder.resolve("mail");
  }

  Path fresh() {
    return mail().resolve("new");
  }

  Path run() {
    return folder.resolve("run");
  }

  Trial conf(String text) throws IOException {
    Path conf = folder.resolve("etc/shim.conf");
    Files.writeString(conf, text);
    Files.setPosixFilePermissions(conf, PosixFilePermissions.fromString("rw-r--r--"));
    return this;
  }

  /** Files for calls to be written into, as the agent makes them. */
  Trial spares() throws IOException {
    for (int i = 0; i < SPARES; i++) {
      Path file = Files.write(slot(i), new byte[SPARE_SIZE]);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
    return this;
  }

  Path slot(int number) {
    return fresh().resolve(String.format(".spare-%03d", number));
  }

  List<Path> files() throws IOException {
    assertNoSanitizerReport();
    return list(false);
  }

  /** What lies among the calls and is none: spares, and what is not finished. */
  List<Path> hidden() throws IOException {
    return list(true);
  }

  private List<Path> list(boolean hidden) throws IOException {
    try (var files = Files.list(fresh())) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(".") == hidden)
          .sorted()
          .toList();
    }
  }

  List<Mail> calls() throws IOException {
    return records("call");
  }

  List<Mail> outcomes() throws IOException {
    return records("outcome");
  }

  private List<Mail> records(String kind) throws IOException {
    List<Mail> records = new ArrayList<>();
    for (Path file : files()) {
      records.add(Mail.read(Files.readAllBytes(file)));
    }
    assertThat(hidden()).as("unfinished").allMatch(Trial::isSpare);
    assertThat(records).allMatch(record -> record.kind.matches("call|outcome"));
    return records.stream().filter(record -> record.kind.equals(kind)).toList();
  }

  private static boolean isSpare(Path file) {
    return file.getFileName().toString().matches("\\.spare-[0-9]{3}");
  }

  Path gates() {
    return folder.resolve("gates.d");
  }

  Mail onlyCall() throws IOException {
    List<Mail> calls = calls();
    assertThat(calls).hasSize(1);
    return calls.get(0);
  }

  List<String> lost() throws IOException {
    assertNoSanitizerReport();
    Path lost = run().resolve("lost");
    return Files.exists(lost) ? Files.readAllLines(lost) : List.of();
  }

  private void assertNoSanitizerReport() throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.getFileName().toString().startsWith("sani")).toList()) {
        throw new AssertionError(Files.readString(file));
      }
    }
  }
}
