package dev.hookbridge.spool.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores the {@link HighWater} of a spool in two files outside its database. One is beside the
 * database. The other is in the run-time folder, so that a restored backup of the data folder does
 * not overwrite it.
 *
 * <pre>
 * file = slot slot                two of 16 KiB, written in turns: a torn write spoils one
 * slot = "hkbrmark"  length (u32) payload  CRC-32C of the payload (u32)
 * </pre>
 *
 * <p>A write survives the death of the process without fsync. {@link #sync} makes it survive a
 * power cut. Use it on one thread at a time, except {@link #sync}.
 */
public final class HighWaterFile implements AutoCloseable {
  public static final String NAME = "high-water";
  private static final Logger LOG = LoggerFactory.getLogger(HighWaterFile.class);
  private static final long MAGIC = 0x686b62726d61726bL;
  private static final int HEAD = Long.BYTES + Integer.BYTES;
  private static final int SLOT = 16 << 10;

  /** The size of one file in bytes. */
  public static final int BYTES = 2 * SLOT;

  private final List<Path> files;
  private final @Nullable FileChannel[] channels;
  private volatile boolean dirty;
  private volatile boolean removed; // set by sync, used by the next write
  private boolean failed;

  private HighWaterFile(List<Path> files) {
    this.files = files;
    this.channels = new FileChannel[files.size()];
  }

  /**
   * Uses the files in these folders. The first folder must exist. The others are created if
   * possible.
   */
  public static HighWaterFile in(List<Path> folders) {
    folders.stream().skip(1).forEach(folder -> folder.toFile().mkdir());
    return new HighWaterFile(folders.stream().map(folder -> folder.resolve(NAME)).toList());
  }

  /** Returns the newest mark in any of the files. */
  public Optional<HighWater> read() {
    List<HighWater> found = new ArrayList<>();
    for (Path file : files) {
      for (int slot = 0; slot < 2; slot++) {
        slot(file, slot).ifPresent(found::add);
      }
    }
    return found.stream().max((a, b) -> Long.compare(a.generation(), b.generation()));
  }

  private static Optional<HighWater> slot(Path file, int slot) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer head = ByteBuffer.allocate(HEAD);
      long at = (long) slot * SLOT;
      if (channel.read(head, at) < HEAD || head.getLong(0) != MAGIC) {
        return Optional.empty();
      }
      int length = head.getInt(Long.BYTES);
      if (length < 0 || length > SLOT - HEAD - Integer.BYTES) {
        return Optional.empty();
      }
      ByteBuffer body = ByteBuffer.allocate(length + Integer.BYTES);
      while (body.hasRemaining() && channel.read(body, at + HEAD + body.position()) > 0) {}
      byte[] payload = Arrays.copyOf(body.array(), length);
      return body.getInt(length) == checksum(payload)
          ? Optional.of(HighWater.decode(payload))
          : Optional.empty();
    } catch (IOException | IndexOutOfBoundsException e) {
      LOG.debug("{} cannot be read", file, e);
      return Optional.empty();
    }
  }

  private static int checksum(byte[] payload) {
    CRC32C sum = new CRC32C();
    sum.update(payload);
    return (int) sum.getValue();
  }

  /**
   * Writes to every file that can be opened. Logs a failure of the first file, and again only after
   * a write has succeeded.
   */
  public void write(HighWater mark) {
    byte[] payload = mark.encode();
    ByteBuffer bytes = ByteBuffer.allocate(HEAD + payload.length + Integer.BYTES);
    bytes.putLong(MAGIC).putInt(payload.length).put(payload).putInt(checksum(payload)).flip();
    for (int i = 0; i < channels.length; i++) {
      write(i, bytes.duplicate(), (mark.generation() & 1) * SLOT);
    }
    removed = false;
    dirty = true;
  }

  private void write(int index, ByteBuffer bytes, long at) {
    try {
      FileChannel channel = channel(index);
      for (long to = at; bytes.hasRemaining(); ) {
        to += channel.write(bytes, to);
      }
      failed = failed && index > 0;
    } catch (IOException e) {
      if (index == 0 && !failed) {
        failed = true;
        LOG.error("{} cannot be written ({}); check the disk", files.get(0), e.toString());
      }
    }
  }

  private FileChannel channel(int index) throws IOException {
    FileChannel channel = channels[index];
    if (removed && channel != null && !Files.exists(files.get(index))) {
      channel.close();
      channel = null;
    }
    if (channel == null) {
      channel =
          FileChannel.open(
              files.get(index),
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      channels[index] = channel;
      if (channel.size() < BYTES) {
        channel.write(ByteBuffer.allocate(BYTES - (int) channel.size()), channel.size());
      }
    }
    return channel;
  }

  /** Makes the first file durable. If a file was removed, the next write creates it again. */
  public void sync() {
    FileChannel channel = channels[0];
    if (!dirty || channel == null) {
      return;
    }
    dirty = false;
    try {
      channel.force(false);
      removed = !files.stream().allMatch(Files::exists);
    } catch (IOException e) {
      LOG.warn("{} cannot be made durable: {}", files.get(0), e.toString());
    }
  }

  @Override
  public void close() {
    sync();
    for (FileChannel channel : channels) {
      try {
        if (channel != null) {
          channel.close();
        }
      } catch (IOException e) {
        LOG.debug("a high-water mark could not be closed", e);
      }
    }
  }
}
