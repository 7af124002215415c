package dev.hookbridge.hooks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads files that describe the system, such as those below {@code /proc} and {@code /sys}.
 *
 * @param root {@code /}, or a replacement folder in a test
 * @param selinux what SELinux answers
 */
record HostFiles(Path root, Selinux.Facts selinux) {
  static final HostFiles THIS = new HostFiles(Path.of("/"), Selinux.KERNEL);

  /** Returns an absolute path below the root. */
  Path at(String absolute) {
    return root.resolve(absolute.substring(1));
  }

  /**
   * Returns the text of a small file without surrounding white space. Returns an empty text when it
   * cannot be read.
   */
  static String text(Path file) {
    try {
      // Files below /proc and /sys have length 0, and some end with a NUL.
      return Files.isReadable(file) ? Files.readString(file).replace("\0", "").strip() : "";
    } catch (IOException | SecurityException e) {
      return ""; // some files open but do not read, like /proc/<pid>/attr/current without LSM
    }
  }
}
