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
 * Where libvirt looks for the scripts of one driver: the file {@code <driver>}, then, since 6.5.0,
 * all files in {@code <driver>.d} in the order of their bytes, whatever they are called.
 */
record HookSlots(Path hooks, Driver driver) {
  private static final Set<PosixFilePermission> EXECUTE =
      Set.of(
          PosixFilePermission.OWNER_EXECUTE,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.OTHERS_EXECUTE);

  Path main() {
    return hooks.resolve(driver.word());
  }

  Path folder() {
    return hooks.resolve(driver.word() + ".d");
  }

  /** The name of ours among others: in the middle, so that both sides have room. */
  Path own() {
    return folder().resolve("50-hookbridge");
  }

  /** The files in the folder, as libvirt sorts them. */
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

  /** Everything libvirt may look at, the file {@code <driver>} first. */
  List<Path> all() throws IOException {
    List<Path> all = new ArrayList<>();
    if (exists(main())) {
      all.add(main());
    }
    all.addAll(inFolder());
    return all;
  }

  /** Those that hold a hook of ours, or a link to one. */
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
   * Whether libvirt has something to run for the driver, which it notes only as a daemon starts.
   */
  boolean runsSomething(boolean folders) throws IOException {
    for (Path file : folders ? all() : List.of(main())) {
      if (runs(file)) {
        return true;
      }
    }
    return false;
  }

  /** libvirt's own rule: a regular file, links followed, with any x bit. */
  static boolean runs(Path file) throws IOException {
    return Files.isRegularFile(file)
        && Files.getPosixFilePermissions(file).stream().anyMatch(EXECUTE::contains);
  }

  /** A link to nowhere is there as well. */
  static boolean exists(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }
}
