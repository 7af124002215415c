package dev.hookbridge.mailbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of zeros that lie ready for the shim. To make a new file durable costs it twice what it
 * costs to overwrite one whose inode and blocks are durable already, so the agent makes them while
 * nobody waits. They lie hidden among the calls in {@code new}: the shim locks a spare, writes a
 * call over it, syncs and renames it without leaving the folder; where it finds none it makes a
 * file of its own. The rename is not synced: after a power cut calls that were promised to libvirt
 * may lie here again.
 *
 * <p>One thread, named {@code spares}; {@link #used} may be called by any.
 */
public final class PreallocatedFiles implements Runnable {
  /** What the shim is built for as well. */
  static final int MOST = 128;

  static final int SIZE = 16 << 10;
  private static final Logger LOG = LoggerFactory.getLogger(PreallocatedFiles.class);
  private static final long LEAST_ROOM = 16L << 20;
  private static final Pattern NAME = Pattern.compile("\\.spare-\\d{3}");
  private static final Pattern BEGUN = Pattern.compile("\\.making-\\d{3}");

  private final Path folder;
  private final Semaphore used = new Semaphore(0);
  private volatile boolean stopping;

  PreallocatedFiles(Path mail) {
    this.folder = mail.resolve("new");
  }

  /** Makes what is missing, and again whenever a quarter of them are used. */
  @Override
  public void run() {
    long seconds = 1; // first things first, when the agent starts
    while (await(seconds)) {
      try {
        fill();
      } catch (IOException e) {
        LOG.debug("no spares can be made in {}, hooks do without: {}", folder, e.toString());
      }
      seconds = 60;
    }
  }

  private boolean await(long seconds) {
    try {
      used.tryAcquire(MOST / 4, seconds, TimeUnit.SECONDS);
      used.drainPermits();
      return !stopping;
    } catch (InterruptedException e) {
      return false;
    }
  }

  /** Whether a file in {@code new} is called what the shim takes for a spare. */
  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** Whether it is called as one that is not ready yet. */
  static boolean isBegun(String name) {
    return BEGUN.matcher(name).matches();
  }

  /** A call has come in a spare. */
  void used() {
    used.release();
  }

  /** Ends {@link #run}. */
  public void stop() {
    stopping = true;
    used.release(MOST);
  }

  void fill() throws IOException {
    FileStore store = Files.getFileStore(folder);
    List<String> made = new ArrayList<>();
    for (int i = 0; i < MOST && !stopping && store.getUsableSpace() > LEAST_ROOM; i++) {
      String number = String.format(Locale.ROOT, "%03d", i);
      if (!Files.exists(spare(number), LinkOption.NOFOLLOW_LINKS)) {
        make(beginning(number));
        made.add(number);
      }
    }
    if (made.isEmpty()) {
      return;
    }
    // The shim takes none before it is durable by some name: whoever recovers looks at all names.
    Mailbox.sync(folder);
    for (String number : made) {
      Files.move(beginning(number), spare(number), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private Path spare(String number) {
    return folder.resolve(".spare-" + number);
  }

  private Path beginning(String number) {
    return folder.resolve(".making-" + number);
  }

  private static void make(Path file) throws IOException {
    Files.deleteIfExists(file);
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      for (ByteBuffer zeros = ByteBuffer.allocate(SIZE); zeros.hasRemaining(); ) {
        channel.write(zeros);
      }
      channel.force(true);
    }
  }
}
