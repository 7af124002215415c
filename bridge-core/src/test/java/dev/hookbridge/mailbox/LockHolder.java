package dev.hookbridge.mailbox;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A process that holds a file's lock until it is ended, and prints a mark when it has it. */
final class LockHolder {
  private LockHolder() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    try (FileChannel file =
        FileChannel.open(Path.of(args[0]), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      file.lock();
      System.out.write('!');
      System.out.flush();
      Thread.sleep(60_000);
    }
  }
}
