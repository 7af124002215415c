package dev.hookbridge.api;

import java.io.EOFException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Describes failures in words for an operator, who knows hosts, files and certificates, but no Java
 * classes. Thread-safe.
 */
public final class ErrorText {
  /** Matches {@code java.io.IOException: } and {@code IOException: } anywhere in a text. */
  private static final Pattern CLASS =
      Pattern.compile(
          "\\b(?:(?:[a-z][a-z0-9_]*\\.)+[A-Z][\\w$]*(?:Exception|Error)(?::\\s*)?"
              + "|[A-Z]\\w*(?:Exception|Error):\\s*)");

  private static final Pattern TYPE = Pattern.compile("\\ba java\\.lang\\.String\\b");
  private static final Pattern TAIL =
      Pattern.compile("(?:; (?:cause|protocol method): .*|[:;,\\s]+)$");

  private static final String WANTS_CERTIFICATE =
      "it wants a certificate of this client that it trusts";

  /** Parts of messages of TLS and key stores, with their descriptions. The first match counts. */
  private static final List<Map.Entry<String, String>> SECURITY =
      List.of(
          Map.entry(
              "unable to find valid certification path",
              "its certificate is not signed by one that is trusted here"),
          Map.entry("No subject alternative", "its certificate is for another host"),
          Map.entry("No name matching", "its certificate is for another host"),
          Map.entry("certificate_required", WANTS_CERTIFICATE),
          Map.entry("bad_certificate", WANTS_CERTIFICATE),
          Map.entry("certificate_unknown", WANTS_CERTIFICATE),
          Map.entry("unsupported_certificate", WANTS_CERTIFICATE),
          Map.entry("unknown_ca", WANTS_CERTIFICATE),
          Map.entry("NotAfter:", "its certificate has expired"),
          Map.entry("NotBefore:", "its certificate is not valid yet"),
          Map.entry("validity check failed", "its certificate has expired or is not valid yet"),
          Map.entry("Unsupported or unrecognized SSL message", "it does not speak TLS"),
          Map.entry("Not an SSL/TLS record", "it does not speak TLS"),
          Map.entry(
              "terminated the handshake", "it closed the connection during the TLS handshake"),
          Map.entry("trustAnchors parameter", "no certificate to trust is in the file"),
          Map.entry("password was incorrect", "the password of the key store is wrong"),
          Map.entry("Invalid keystore format", "the file is not a key store in PKCS12 or JKS"),
          Map.entry("Unrecognized keystore format", "the file is not a key store in PKCS12 or JKS"),
          Map.entry("DerInputStream", "the file is not a key store in PKCS12 or JKS"),
          Map.entry("DER input", "the file is not a key store in PKCS12 or JKS"),
          Map.entry("Cannot recover key", "the password of the key in the key store is wrong"),
          Map.entry("Could not parse certificate", "the file holds no certificate in PEM"),
          Map.entry("Empty input", "the file is empty"));

  private ErrorText() {}

  /** Returns why something failed, as the end of a sentence that begins with what failed. */
  public static String of(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      String known = known(at);
      if (known != null) {
        return known;
      }
    }
    for (Throwable at = failure; at != null; at = at.getCause()) {
      String text = at.getMessage() == null ? "" : of(at.getMessage());
      if (!text.isEmpty()) {
        return text;
      }
    }
    return kind(failure);
  }

  /** Returns a library's message without the names of classes. */
  public static String of(String message) {
    String line = message.lines().findFirst().orElse("");
    String plain = TYPE.matcher(CLASS.matcher(line).replaceAll("")).replaceAll("text");
    return TAIL.matcher(plain).replaceAll("").strip();
  }

  private static @Nullable String known(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    if (failure instanceof UnknownHostException) {
      return "the name " + message.split(":", 2)[0] + " cannot be resolved";
    }
    if (failure instanceof FileSystemException file) {
      return file(file);
    }
    if (failure instanceof CharacterCodingException) {
      return "it is not UTF-8";
    }
    for (Map.Entry<String, String> words : SECURITY) {
      if (message.contains(words.getKey())) {
        return words.getValue();
      }
    }
    return connection(failure, message);
  }

  private static String file(FileSystemException failure) {
    if (failure instanceof NoSuchFileException) {
      return failure.getFile() + " is missing";
    }
    if (failure instanceof AccessDeniedException) {
      return failure.getFile() + " may not be used by this user";
    }
    String reason = failure.getReason();
    return reason == null
        ? of(String.valueOf(failure.getMessage()))
        : failure.getFile() + ": " + reason;
  }

  private static @Nullable String connection(Throwable failure, String message) {
    if (failure instanceof ConnectException && message.contains("refused")) {
      return "nothing listens there";
    }
    if (failure instanceof NoRouteToHostException) {
      return "no route leads there";
    }
    if (failure instanceof SocketTimeoutException
        || failure instanceof TimeoutException
        || message.equals("Connection timed out")) {
      return "no answer came in time";
    }
    if (failure instanceof EOFException || failure instanceof ClosedChannelException) {
      return "the connection was closed";
    }
    return null;
  }

  /** Returns the class name as words: {@code IllegalStateException} becomes "illegal state". */
  private static String kind(Throwable failure) {
    String name = failure.getClass().getSimpleName().replaceFirst("(Exception|Error)$", "");
    String words = name.replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    return words.isBlank() ? "an unknown failure" : words;
  }
}
