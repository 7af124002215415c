package dev.hookbridge.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system in a file, for one test. Closing it unmounts it. This needs root. */
public final class LoopMount implements AutoCloseable {
  private final Path folder;
  private boolean frozen;

  private LoopMount(Path folder) {
    this.folder = folder;
  }

  /**
   * Makes a file system that is removed when it is closed.
   *
   * @param type {@code ext4} or {@code xfs}
   * @param mebibytes the size; xfs needs at least 300
   */
  public static LoopMount make(Path folder, String type, int mebibytes) throws IOException {
    Files.createDirectories(folder);
    Path image = folder.resolveSibling(folder.getFileName() + ".img");
    LoopMount mount = make(image, folder, type, mebibytes);
    Files.delete(image); // the mount keeps the data until it is closed
    return mount;
  }

  /** Makes a file system in an image that stays. */
  static LoopMount make(Path image, Path folder, String type, int mebibytes) throws IOException {
    Needs.loopMounts();
    Needs.command("mkfs." + type);
    run("truncate", "-s", mebibytes + "M", image.toString());
    run("mkfs." + type, "-q", image.toString());
    LoopMount mount = of(image, folder, type);
    Files.deleteIfExists(folder.resolve("lost+found"));
    return mount;
  }

  /** Mounts an image. The image may be a copy of a mounted one. */
  static LoopMount of(Path image, Path folder, String type) throws IOException {
    Files.createDirectories(folder);
    String options = type.equals("xfs") ? "loop,nouuid" : "loop";
    run("mount", "-t", type, "-o", options, image.toString(), folder.toString());
    return new LoopMount(folder);
  }

  /** Makes a file system in memory. It loses everything in a power failure. */
  public static LoopMount ofMemory(Path folder) throws IOException {
    Needs.root();
    Files.createDirectories(folder);
    run("mount", "-t", "tmpfs", "none", folder.toString());
    return new LoopMount(folder);
  }

  /** Returns the mount point. */
  public Path folder() {
    return folder;
  }

  /** Freezes the file system. Every writer then waits. */
  public void freeze() throws IOException {
    run("fsfreeze", "-f", folder.toString());
    frozen = true;
  }

  /** Ends the freeze. */
  public void thaw() throws IOException {
    run("fsfreeze", "-u", folder.toString());
    frozen = false;
  }

  /**
   * Remounts the file system.
   *
   * @param mode {@code ro} or {@code rw}
   */
  public void remount(String mode) throws IOException {
    run("mount", "-o", "remount," + mode, folder.toString());
  }

  /** Flushes the file system of a folder to its disk. */
  public static void sync(Path folder) throws IOException {
    run("sync", "-f", folder.toString());
  }

  static void run(String... command) throws IOException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + ": " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    try {
      if (frozen) {
        thaw();
      }
      run("umount", "--lazy", folder.toString());
    } catch (IOException e) {
      System.err.println("left mounted: " + e.getMessage());
    }
  }
}
