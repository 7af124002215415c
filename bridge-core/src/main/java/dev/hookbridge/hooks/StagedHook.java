package dev.hookbridge.hooks;

import dev.hookbridge.disk.Durable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A copy of the hook before it is moved into a slot. It is made in {@code hooks/} itself under a
 * name that is not a driver's, so libvirt never looks at it. After it has passed its self-test, it
 * is moved into the slot as a whole. It is a copy and not a link to the distribution for two
 * reasons. AppArmor allows execution only below {@code hooks/}. An upgrade of the package must not
 * remove the hook.
 */
final class StagedHook implements AutoCloseable {
  private static final String PREFIX = ".hookbridge-hook.";
  private static final int CHUNK = 16 << 10;
  private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rwxr-xr-x");

  private final Path file;
  private final Consumer<CrashPoint> steps;

  private StagedHook(Path file, Consumer<CrashPoint> steps) {
    this.file = file;
    this.steps = steps;
  }

  /**
   * Makes a copy. When this returns, it is complete, executable and tested.
   *
   * @param slot where it will be moved
   */
  static StagedHook make(
      Path hooks, Path slot, Hook hook, Confinement confinement, Consumer<CrashPoint> steps)
      throws IOException, HooksException {
    String unique = ProcessHandle.current().pid() + "." + Long.toHexString(System.nanoTime());
    StagedHook copy = new StagedHook(hooks.resolve(PREFIX + unique), steps);
    try {
      copy.write(hook.bytes());
      confinement.label(copy.file, slot);
      Files.setPosixFilePermissions(copy.file, MODE);
      Durable.sync(copy.file);
      steps.accept(CrashPoint.EXECUTABLE);
      Hook.prove(copy.file, List.of());
      for (List<String> by : confinement.probes()) {
        Hook.prove(copy.file, by);
      }
      steps.accept(CrashPoint.TESTED);
      return copy;
    } catch (NoSuchFileException e) {
      throw new HooksException(copy.file + " was taken away: does another install run? try again");
    } catch (IOException | HooksException | RuntimeException e) {
      copy.close();
      throw e;
    }
  }

  private void write(byte[] bytes) throws IOException {
    Set<StandardOpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try (FileChannel out = FileChannel.open(file, options, mode)) {
      steps.accept(CrashPoint.CREATED);
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        ByteBuffer chunk = rest.slice(rest.position(), Math.min(CHUNK, rest.remaining()));
        rest.position(rest.position() + out.write(chunk));
        steps.accept(CrashPoint.WRITING);
      }
      out.force(true);
    }
    steps.accept(CrashPoint.SYNCED);
  }

  /**
   * Moves the copy into an empty slot. It never replaces a file that another process put there
   * first.
   *
   * @throws HooksException when the slot is no longer empty
   */
  void place(Path slot) throws IOException, HooksException {
    try {
      Files.createLink(slot, file); // unlike a rename, this never replaces a file
    } catch (FileAlreadyExistsException e) {
      throw new HooksException(slot + " has just been taken by somebody else: look what it is", e);
    }
    placed(slot);
    Files.deleteIfExists(file);
    steps.accept(CrashPoint.TIDIED);
  }

  /** Replaces an older hook of ours in a slot. */
  void replace(Path slot) throws IOException {
    Files.move(file, slot, StandardCopyOption.ATOMIC_MOVE);
    placed(slot);
    steps.accept(CrashPoint.TIDIED);
  }

  private void placed(Path slot) throws IOException {
    Durable.sync(slot.resolveSibling("."));
    steps.accept(CrashPoint.PLACED);
  }

  /** Removes the copies of interrupted installs. No other program uses such names. */
  static void clean(Path hooks) throws IOException {
    if (!Files.isDirectory(hooks)) {
      return;
    }
    try (Stream<Path> files = Files.list(hooks)) {
      for (Path file : files.toList()) {
        boolean named = String.valueOf(file.getFileName()).startsWith(PREFIX);
        if (named && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
  }
}
