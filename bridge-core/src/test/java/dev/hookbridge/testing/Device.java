package dev.hookbridge.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A disk whose content at any moment can be kept, and mounted later as after a power cut then.
 *
 * <p>The disk is a file on an xfs, which makes a copy that shares the file's blocks between two of
 * the disk's writes: what was not written by then is in no copy, whatever the memory of the machine
 * holds. A cache of the disk's own, which a real one may lose, is not played.
 */
public final class Device implements AutoCloseable {
  private final Path folder;
  private final String type;
  private final LoopMount shelf;
  private final Path image;
  private final LoopMount disk;
  private int copies;

  /**
   * @param folder is made, for images and mounted copies
   * @param place where the disk is mounted
   * @param type {@code ext4}, {@code xfs}
   */
  public Device(Path folder, Path place, String type) throws IOException {
    this.folder = folder;
    this.type = type;
    Files.createDirectories(folder);
    shelf = LoopMount.make(folder.resolve("shelf"), "xfs", 4096);
    image = shelf.folder().resolve("disk.img");
    try {
      disk = LoopMount.make(image, place, type, 320);
    } catch (IOException | RuntimeException e) {
      shelf.close();
      throw e;
    }
  }

  /** Where the disk is mounted. */
  public Path folder() {
    return disk.folder();
  }

  /** What is on the disk now. */
  public Path copy() throws IOException {
    Path copy = shelf.folder().resolve("copy-" + ++copies + ".img");
    LoopMount.run("cp", "--reflink=always", image.toString(), copy.toString());
    return copy;
  }

  /** Mounts a copy in a new folder, as the kernel would after the power cut. */
  public LoopMount mount(Path copy) throws IOException {
    String name = String.valueOf(copy.getFileName()).replace(".img", "");
    return LoopMount.of(copy, folder.resolve(name), type);
  }

  @Override
  public void close() {
    disk.close();
    shelf.close();
  }
}
