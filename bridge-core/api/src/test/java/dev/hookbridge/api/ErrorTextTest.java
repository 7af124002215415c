package dev.hookbridge.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.security.UnrecoverableKeyException;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class ErrorTextTest {
  private static final String PKIX =
      "PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException:"
          + " unable to find valid certification path to requested target";

  @Test
  void javaExceptionsAreReportedWithoutClassNames() {
    Map.<Throwable, String>ofEntries(
            Map.entry(new UnknownHostException("kafka9"), "the name kafka9 cannot be resolved"),
            Map.entry(
                new UnknownHostException("kafka9: Name or service not known"),
                "the name kafka9 cannot be resolved"),
            Map.entry(new ConnectException("Connection refused"), "nothing listens there"),
            Map.entry(new NoRouteToHostException("No route to host"), "no route leads there"),
            Map.entry(new SocketTimeoutException("Read timed out"), "no answer came in time"),
            Map.entry(new TimeoutException(), "no answer came in time"),
            Map.entry(new EOFException(), "the connection was closed"),
            Map.entry(new SocketException("Connection reset"), "Connection reset"),
            Map.entry(new NoSuchFileException("/a/b"), "/a/b is missing"),
            Map.entry(new AccessDeniedException("/a/b"), "/a/b may not be used by this user"),
            Map.entry(
                new FileSystemException("/a/b", null, "Is a directory"), "/a/b: Is a directory"),
            Map.entry(new MalformedInputException(1), "it is not UTF-8"),
            Map.entry(
                new SSLHandshakeException(
                    "PKIX path validation failed: validity check failed: NotAfter: Sat Nov 28"),
                "its certificate has expired"),
            Map.entry(
                new SSLHandshakeException(PKIX),
                "its certificate is not signed by one that is trusted here"),
            Map.entry(
                new SSLHandshakeException("No subject alternative DNS name matching k9 found."),
                "its certificate is for another host"),
            Map.entry(
                new SSLHandshakeException("No name matching k9 found"),
                "its certificate is for another host"),
            Map.entry(
                new SSLException("(certificate_required) Received fatal alert"),
                "it wants a certificate of this client that it trusts"),
            Map.entry(
                new SSLException("Received fatal alert: unknown_ca"),
                "it wants a certificate of this client that it trusts"),
            Map.entry(
                new SSLException("Unsupported or unrecognized SSL message"),
                "it does not speak TLS"),
            Map.entry(
                new IOException("keystore password was incorrect", new UnrecoverableKeyException()),
                "the password of the key store is wrong"),
            Map.entry(
                new IOException("toDerInputStream rejects tag type 104"),
                "the file is not a key store in PKCS12 or JKS"),
            Map.entry(
                new ExecutionException(
                    new IOException("java.io.IOException: java.io.EOFException: it broke")),
                "it broke"),
            Map.entry(new IllegalStateException(), "illegal state"))
        .forEach((failure, words) -> assertThat(ErrorText.of(failure)).isEqualTo(words));
  }

  @Test
  void aMessageKeepsAllButTheClasses() {
    assertThat(
            ErrorText.of(
                "Expected value to be a 32-bit integer, but it was a java.lang.String\nat line 7"))
        .isEqualTo("Expected value to be a 32-bit integer, but it was text");
    assertThat(ErrorText.of("connection error; cause: java.io.EOFException"))
        .isEqualTo("connection error");
    assertThat(ErrorText.of("kafka.example.org:9092 is away: TimeoutException: no"))
        .isEqualTo("kafka.example.org:9092 is away: no");
  }
}
