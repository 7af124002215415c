package dev.hookbridge.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** An earlier version of the package: the same files, but for its version, hook and settings. */
final class Older {
  private Older() {}

  static void of(Path deb, Path folder, Path older) throws Exception {
    run("dpkg-deb", "-R", deb.toString(), folder.toString());
    Path control = folder.resolve("DEBIAN/control");
    Files.writeString(
        control, Files.readString(control).replaceFirst("(?m)^Version: .*$", "Version: 0.0.9"));
    Files.writeString(
        folder.resolve("etc/hookbridge/hookbridge.yaml"), "# older\n", StandardOpenOption.APPEND);
    // Another program that works: what stands behind an ELF file's end is not loaded.
    Files.writeString(
        folder.resolve("usr/libexec/hookbridge/hookbridge-hook"),
        "older",
        StandardOpenOption.APPEND);
    run("dpkg-deb", "-Znone", "-b", folder.toString(), older.toString());
  }

  private static void run(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }
}
