package dev.hookbridge.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Makes changes durable (fsync), so that they outlive a power cut. */
public final class Durable {
  private Durable() {}

  /**
   * Makes the content of a file durable, or the names in a folder: created, renamed and removed.
   */
  public static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
