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
 * A file of nothing, given up when the disk is full: even deleting from the spool writes to its log
 * first. While it is missing the spool's file must not grow.
 */
public final class ReserveFile {
  /** Others may take what is left beside it, so it is put back only when there is plenty. */
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

  public boolean there() {
    return there;
  }

  /** Gives it up before anything is open. False when there was none. */
  public static boolean release(Path folder) throws IOException {
    return Files.deleteIfExists(folder.resolve(NAME));
  }

  /** Whether the disk has so little left that a failed write may be for want of room. */
  public boolean diskTight() {
    return usable() < size;
  }

  private long usable() {
    return folder.toFile().getUsableSpace();
  }

  public void release() throws IOException {
    there = false;
    Files.deleteIfExists(file);
  }

  /** Puts it back when there is room; to be called now and then. */
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

  /** Bytes that do not compress, since some file systems keep no blocks for zeros. */
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
