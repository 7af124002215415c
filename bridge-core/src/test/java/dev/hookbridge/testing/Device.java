package dev.hookbridge.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A disk whose content can be copied at any moment and mounted later, as after a power failure at
 * that moment.
 *
 * <p>The disk is a file on an xfs. xfs makes a copy that shares the file's blocks, between two
 * writes of the disk. Data that was not written by then is in no copy, whatever the machine has in
 * memory. A real disk may lose its own write cache. This class does not simulate that.
 */
public final class Device implements AutoCloseable {
  private final Path folder;
  private final String type;
  private final LoopMount shelf;
  private final Path image;
  private final LoopMount disk;
  private int copies;

  /**
   * Creates and mounts a disk.
   *
   * @param folder the folder for images and mounted copies; it is created
   * @param place the mount point of the disk
   * @param type {@code ext4} or {@code xfs}
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

  /** Returns the mount point of the disk. */
  public Path folder() {
    return disk.folder();
  }

  /** Copies the current content of the disk and returns the image. */
  public Path copy() throws IOException {
    Path copy = shelf.folder().resolve("copy-" + ++copies + ".img");
    LoopMount.run("cp", "--reflink=always", image.toString(), copy.toString());
    return copy;
  }

  /** Mounts a copy in a new folder, as the kernel would do it after the power failure. */
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
