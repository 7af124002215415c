package dev.hookbridge.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of a test's own, in a file; unmounted when closed. Needs root. */
public final class LoopMount implements AutoCloseable {
  private final Path folder;

  private LoopMount(Path folder) {
    this.folder = folder;
  }

  /**
   * @param type {@code ext4}, {@code xfs}
   * @param mebibytes its size; xfs wants 300 at least
   */
  public static LoopMount make(Path folder, String type, int mebibytes) throws IOException {
    Needs.loopMounts();
    Needs.command("mkfs." + type);
    Files.createDirectories(folder);
    Path image = folder.resolveSibling(folder.getFileName() + ".img");
    run("truncate", "-s", mebibytes + "M", image.toString());
    run("mkfs." + type, "-q", image.toString());
    run("mount", "-o", "loop", image.toString(), folder.toString());
    Files.delete(image); // the mount keeps it until it is gone
    return new LoopMount(folder);
  }

  public Path folder() {
    return folder;
  }

  private static void run(String... command) throws IOException {
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
      run("umount", "--lazy", folder.toString());
    } catch (IOException e) {
      System.err.println("left mounted: " + e.getMessage());
    }
  }
}
