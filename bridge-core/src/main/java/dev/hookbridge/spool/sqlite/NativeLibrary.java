package dev.hookbridge.spool.sqlite;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;

/**
 * Locates SQLite's native library. By default the driver unpacks it into {@code java.io.tmpdir},
 * where executables are often not allowed. A distribution has the library in {@code native} beside
 * the jar. Without one, the driver unpacks it into the spool's folder. The system properties {@code
 * org.sqlite.lib.path} and {@code org.sqlite.tmpdir} take precedence.
 */
public final class NativeLibrary {
  private static final String PATH = "org.sqlite.lib.path";
  private static final String NAME = "org.sqlite.lib.name";
  private static final String UNPACKED = "org.sqlite.tmpdir";
  private static final String FILE = "libsqlitejdbc.so";

  private NativeLibrary() {}

  /**
   * Sets the driver's system properties. Call it before the first connection of the process.
   *
   * @param folder the folder to unpack the library into when none is shipped
   */
  public static synchronized void find(Path folder) {
    if (System.getProperty(PATH) != null || System.getProperty(UNPACKED) != null) {
      return;
    }
    Optional<Path> shipped = shipped();
    if (shipped.isPresent()) {
      System.setProperty(PATH, shipped.get().toString());
      System.setProperty(NAME, FILE);
    } else {
      System.setProperty(UNPACKED, folder.toString());
    }
  }

  private static Optional<Path> shipped() {
    CodeSource source = NativeLibrary.class.getProtectionDomain().getCodeSource();
    try {
      Path folder = Path.of(source.getLocation().toURI()).resolveSibling("native");
      return Files.isRegularFile(folder.resolve(FILE)) ? Optional.of(folder) : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }
}
