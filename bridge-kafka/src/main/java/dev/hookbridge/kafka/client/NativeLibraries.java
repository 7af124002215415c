package dev.hookbridge.kafka.client;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the native libraries of zstd and snappy are found. They would be unpacked into {@code
 * java.io.tmpdir}, which often may not hold executables; a distribution has them in {@code native}
 * beside the jars. Properties that are given win. LZ4 does without a library where it cannot load
 * one.
 */
public final class NativeLibraries {
  private static final String ZSTD = "ZstdNativePath";
  private static final String SNAPPY = "org.xerial.snappy.lib.path";

  private NativeLibraries() {}

  /** Before the first Kafka client of the process. */
  public static synchronized void find() {
    try {
      Path own =
          Path.of(
              NativeLibraries.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path folder = own.resolveSibling("native");
      if (Files.isDirectory(folder)) {
        set(ZSTD, folder, "libzstd-jni*.so", true);
        set(SNAPPY, folder, "libsnappyjava.so", false);
      }
    } catch (URISyntaxException | IOException e) {
      return; // the libraries' own way is left, and a check says whether it leads anywhere
    }
  }

  private static void set(String property, Path folder, String name, boolean file)
      throws IOException {
    if (System.getProperty(property) == null) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, name)) {
        for (Path library : found) {
          System.setProperty(property, (file ? library : folder).toString());
        }
      }
    }
  }
}
