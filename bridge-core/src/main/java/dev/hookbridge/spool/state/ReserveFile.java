package dev.hookbridge.spool.state;

import dev.hookbridge.spool.sqlite.Folder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ballast: a file without useful content, which is deleted when the disk is full. The spool
 * needs its space, because even a deletion from the spool first writes to the log. While the
 * ballast is missing, the spool's file must not grow.
 */
public final class ReserveFile {
  /**
   * The ballast is restored when the free space is more than this many times its size, because
   * other programs may use what is left.
   */
  private static final int PLENTY = 3;

  private static final String NAME = "ballast";
  private static final int CHUNK = 64 * 1024;
  private static final Logger LOG = LoggerFactory.getLogger(ReserveFile.class);

  private final Path folder;
  private final Path file;
  private final long size;
  private boolean there;

  public ReserveFile(Path folder, long size) {
    this.folder = folder;
    this.file = folder.resolve(NAME);
    this.size = size;
  }

  /** Returns whether the ballast exists, as far as this object knows. */
  public boolean there() {
    return there;
  }

  /** Deletes the ballast before the spool is open. Returns false when there was none. */
  public static boolean release(Path folder) throws IOException {
    return Files.deleteIfExists(folder.resolve(NAME));
  }

  /** Returns whether the free space is so small that a write may have failed for lack of space. */
  public boolean diskTight() {
    return usable() < size;
  }

  private long usable() {
    return folder.toFile().getUsableSpace();
  }

  /** Deletes the ballast. */
  public void release() throws IOException {
    there = false;
    Files.deleteIfExists(file);
  }

  /**
   * Creates the ballast again if there is enough room. The agent calls this method from time to
   * time.
   */
  public void restore() {
    if (there) {
      return;
    }
    there = Folder.size(file) == size;
    if (!there && usable() > PLENTY * size) {
      try {
        release();
        write();
        there = true;
      } catch (IOException e) {
        LOG.debug("the ballast is not put back yet", e);
      }
    }
  }

  /** Writes random bytes, which do not compress. Some file systems allocate no blocks for zeros. */
  private void write() throws IOException {
    Random random = new Random();
    byte[] noise = new byte[CHUNK];
    Path draft = file.resolveSibling("ballast.new");
    Files.deleteIfExists(draft);
    Folder.create(draft);
    try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
      for (long left = size; left > 0; left -= CHUNK) {
        random.nextBytes(noise);
        ByteBuffer chunk = ByteBuffer.wrap(noise, 0, (int) Math.min(CHUNK, left));
        while (chunk.hasRemaining()) {
          channel.write(chunk);
        }
      }
      channel.force(true);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
