package dev.hookbridge.hooks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The places where libvirt looks for the scripts of one driver: first the file {@code <driver>},
 * then, since 6.5.0, all files in {@code <driver>.d} in byte order of their names, whatever their
 * names are.
 */
record HookSlots(Path hooks, Driver driver) {
  private static final Set<PosixFilePermission> EXECUTE =
      Set.of(
          PosixFilePermission.OWNER_EXECUTE,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.OTHERS_EXECUTE);

  /** Returns the file {@code <driver>}. */
  Path main() {
    return hooks.resolve(driver.word());
  }

  /** Returns the folder {@code <driver>.d}. */
  Path folder() {
    return hooks.resolve(driver.word() + ".d");
  }

  /**
   * Returns the path of our hook in the folder. The number 50 leaves space for other scripts before
   * and after it.
   */
  Path own() {
    return folder().resolve("50-hookbridge");
  }

  /** Returns the files in the folder, in libvirt's order. */
  List<Path> inFolder() throws IOException {
    if (!Files.isDirectory(folder())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder())) {
      return files.sorted((a, b) -> Arrays.compareUnsigned(bytes(a), bytes(b))).toList();
    }
  }

  private static byte[] bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Returns every file that libvirt may look at, the file {@code <driver>} first. */
  List<Path> all() throws IOException {
    List<Path> all = new ArrayList<>();
    if (exists(main())) {
      all.add(main());
    }
    all.addAll(inFolder());
    return all;
  }

  /** Returns the files that contain a hook of ours, or link to one. */
  List<Path> ours() throws IOException {
    List<Path> ours = new ArrayList<>();
    for (Path file : all()) {
      if (Hook.in(file).isPresent()) {
        ours.add(file);
      }
    }
    return ours;
  }

  /**
   * Returns whether libvirt has a script to run for the driver. A daemon checks this only when it
   * starts.
   *
   * @param folders whether this libvirt looks into {@code <driver>.d}
   */
  boolean runsSomething(boolean folders) throws IOException {
    for (Path file : folders ? all() : List.of(main())) {
      if (runs(file)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns whether libvirt would run a file. libvirt's own rule: a regular file, links followed,
   * with any x bit.
   */
  static boolean runs(Path file) throws IOException {
    return Files.isRegularFile(file)
        && Files.getPosixFilePermissions(file).stream().anyMatch(EXECUTE::contains);
  }

  /** Returns whether a name exists. A dangling link exists too. */
  static boolean exists(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }
}
