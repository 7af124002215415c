package dev.hookbridge.mailbox;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tells when every call that was in the mailbox at some moment has been stored and removed. It only
 * lists the folder, so it holds up neither hooks nor the intake. Thread-safe.
 */
public final class MailboxBarrier {
  private final Path fresh;
  private final Boot boot;

  /**
   * Makes a barrier.
   *
   * @param mail the folder that contains {@code new}
   * @throws IOException if the boot's id cannot be read
   */
  public MailboxBarrier(Path mail) throws IOException {
    this(mail, Boot.ofKernel());
  }

  MailboxBarrier(Path mail, Boot boot) {
    this.fresh = mail.resolve("new");
    this.boot = boot;
  }

  /** Returns a mark for now. Calls whose hook has returned before are before it. */
  public long mark() {
    return boot.now() + 2 * Boot.STEP;
  }

  /**
   * Returns whether no call before the mark is in the folder.
   *
   * @throws IOException if the folder cannot be listed
   */
  public boolean isPassed(long mark) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(fresh)) {
      for (Path entry : entries) {
        MailName name = MailName.parse(String.valueOf(entry.getFileName()));
        if (name != null && (name.boottime() <= mark || !name.bootId().equals(boot.id()))) {
          return false;
        }
      }
      return true;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }
}
