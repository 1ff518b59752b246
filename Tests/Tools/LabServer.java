import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * LabServer PORT KEYSTORE FOLDER [raw]: the JDK's own HTTPS server with the answers that lie in FOLDER.
 *
 * <p>A file is one answer: the path (`*` for every other one) and the status, headers, an empty line, the body. With `raw` the
 * headers go out as they stand, in their order, which HttpsServer does not keep.
 */
public class LabServer {
    record Answer(int status, String[] headers, byte[] body) {}

    public static void main(String[] arguments) throws Exception {
        InetSocketAddress address =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
        SSLContext context = context(arguments[1]);
        Map<String, Answer> answers = answers(Path.of(arguments[2]));
        if (arguments.length > 3) {
            serveRaw(context, address, answers);
            return;
        }
        HttpsServer server = HttpsServer.create(address, 64);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", exchange -> answer(exchange, answers));
        server.start();
    }

    private static SSLContext context(String path) throws Exception {
        char[] password = "changeit".toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream file = new FileInputStream(path)) {
            store.load(file, password);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private static Map<String, Answer> answers(Path folder) throws IOException {
        Map<String, Answer> answers = new HashMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "answer-*")) {
            for (Path file : files) {
                String text = Files.readString(file);
                int end = text.indexOf("\n\n");
                String[] lines = text.substring(0, end).split("\n");
                String[] first = lines[0].split(" ");
                String[] headers = java.util.Arrays.copyOfRange(lines, 1, lines.length);
                byte[] body = text.substring(end + 2).getBytes(StandardCharsets.UTF_8);
                answers.put(first[0], new Answer(Integer.parseInt(first[1]), headers, body));
            }
        }
        return answers;
    }

    private static void answer(HttpExchange exchange, Map<String, Answer> answers) throws IOException {
        Answer answer = answers.getOrDefault(exchange.getRequestURI().getPath(), answers.get("*"));
        for (String header : answer.headers()) {
            String[] parts = header.split(": ", 2);
            exchange.getResponseHeaders().set(parts[0], parts[1]);
        }
        exchange.sendResponseHeaders(answer.status(), answer.body().length == 0 ? -1 : answer.body().length);
        exchange.getResponseBody().write(answer.body());
        exchange.close();
    }

    private static void serveRaw(SSLContext context, InetSocketAddress address, Map<String, Answer> answers)
            throws IOException {
        var listener = context.getServerSocketFactory()
                .createServerSocket(address.getPort(), 64, address.getAddress());
        while (true) {
            Socket client = listener.accept();
            new Thread(() -> answerRaw(client, answers)).start();
        }
    }

    private static void answerRaw(Socket client, Map<String, Answer> answers) {
        try (client) {
            BufferedReader reader =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
            String request = reader.readLine();
            if (request == null) return;
            for (String line = request; line != null && !line.isEmpty(); line = reader.readLine()) {}
            Answer answer = answers.getOrDefault(request.split(" ")[1], answers.get("*"));
            String head = "HTTP/1.1 " + answer.status() + " OK\r\n" + String.join("\r\n", answer.headers()) + "\r\n\r\n";
            client.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            client.getOutputStream().write(answer.body());
        } catch (IOException end) {
            // The scanner goes away in the middle of handshakes: that is its manner.
        }
    }
}
