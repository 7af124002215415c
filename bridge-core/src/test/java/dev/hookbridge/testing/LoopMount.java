package dev.hookbridge.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of a test's own, in a file; unmounted when closed. Needs root. */
public final class LoopMount implements AutoCloseable {
  private final Path folder;
  private boolean frozen;

  private LoopMount(Path folder) {
    this.folder = folder;
  }

  /**
   * Makes a file system that is gone when it is closed.
   *
   * @param type {@code ext4}, {@code xfs}
   * @param mebibytes its size; xfs wants 300 at least
   */
  public static LoopMount make(Path folder, String type, int mebibytes) throws IOException {
    Files.createDirectories(folder);
    Path image = folder.resolveSibling(folder.getFileName() + ".img");
    LoopMount mount = make(image, folder, type, mebibytes);
    Files.delete(image); // the mount keeps it until it is gone
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

  /** Mounts what is in an image, which may be a copy of one that is mounted too. */
  static LoopMount of(Path image, Path folder, String type) throws IOException {
    Files.createDirectories(folder);
    String options = type.equals("xfs") ? "loop,nouuid" : "loop";
    run("mount", "-t", type, "-o", options, image.toString(), folder.toString());
    return new LoopMount(folder);
  }

  /** Memory, which forgets all in a power cut. */
  public static LoopMount ofMemory(Path folder) throws IOException {
    Needs.root();
    Files.createDirectories(folder);
    run("mount", "-t", "tmpfs", "none", folder.toString());
    return new LoopMount(folder);
  }

  public Path folder() {
    return folder;
  }

  /** From now on whoever writes here waits. */
  public void freeze() throws IOException {
    run("fsfreeze", "-f", folder.toString());
    frozen = true;
  }

  public void thaw() throws IOException {
    run("fsfreeze", "-u", folder.toString());
    frozen = false;
  }

  /**
   * @param mode {@code ro}, {@code rw}
   */
  public void remount(String mode) throws IOException {
    run("mount", "-o", "remount," + mode, folder.toString());
  }

  /** Writes out what the machine's memory holds of the file system around a folder. */
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
