using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Ftte.AspNetCore;
using Ftte.Selection;
using Ftte.Testing;
using Ftte.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ftte.Http.Tests;

/// <summary>A web server over TLS on the loopback interface, with the endpoints of a federation.</summary>
internal sealed class TestCoordinator : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<IDisposable> _owned = [];

    private TestCoordinator(WebApplication app) => _app = app;

    /// <summary>Gets the authority that signs the certificate of every test's server.</summary>
    public static CertificateAuthority Authority { get; } = CertificateAuthority.Create("Tests");

    public static X509Certificate2 ServerCertificate { get; } = Authority.IssueServer(["localhost", "127.0.0.1"], TimeSpan.FromDays(1));

    public static ParameterLayout SmallLayout { get; } = ParameterLayout.Create(("frozen", [10]), ("head", [7]));

    public IServiceProvider Services => _app.Services;

    public DeviceDirectory Directory => Services.GetRequiredService<DeviceDirectory>();

    public string AuthorityFingerprint => Services.GetRequiredService<CertificateAuthority>().Fingerprint;

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + "/ftte");

    /// <summary>Creates a server with the model 0, 1, 2, ..., of which all parameters are trained.</summary>
    public static FederatedServer CreateServer(ParameterLayout layout, FederatedServerOptions? options = null, int capacity = 1, TimeProvider? time = null)
    {
        var selections = new SelectionHistory(ParameterSelection.Full(layout));
        var model = new ModelSnapshot(layout, default, [.. Enumerable.Range(0, layout.ParameterCount).Select(i => (float)i)]);
        return new FederatedServer(new AddingAggregator(model, selections, capacity), selections, options, time: time);
    }

    /// <summary>Starts a web server that admits devices without authentication.</summary>
    public static Task<TestCoordinator> StartAsync(IFederatedServer server, ParameterLayout layout, FtteEndpointOptions? options = null, Action<WebApplicationBuilder>? configure = null, Action<WebApplication>? map = null, bool limits = true) => StartAsync(
        server,
        layout,
        builder =>
        {
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(ServerCertificate)));
            builder.Services.AddFtteEndpoints(limits => (limits.MaxConcurrentRequests, limits.RequestsPerSecond, limits.Burst) = (1000, 1_000_000, 1_000_000));
            configure?.Invoke(builder);
        },
        app =>
        {
            app.MapFtte(options: options).AllowAnonymous();
            map?.Invoke(app);
        },
        limits);

    /// <summary>Starts a web server that admits devices with certificates only.</summary>
    public static Task<TestCoordinator> StartWithIdentityAsync(
        IFederatedServer server,
        Action<FtteIdentityOptions>? identity = null,
        Action<WebApplicationBuilder>? configure = null,
        Action<WebApplication>? map = null,
        ParameterLayout? layout = null,
        FtteEndpointOptions? options = null) => StartAsync(
        server,
        layout ?? SmallLayout,
        builder =>
        {
            builder.WebHost.UseKestrelHttpsConfiguration();

            // The order of these calls must not matter.
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps()));
            builder.Services.AddFtteIdentity(identity);
            configure?.Invoke(builder);
        },
        app =>
        {
            app.MapFtte(options: options);
            app.MapFtteIdentity();
            map?.Invoke(app);
        });

    /// <summary>Creates a client that trusts the authority of the tests.</summary>
    public static HttpClient CreateClient(Version? version = null, X509Certificate2? authority = null, X509Certificate2? certificate = null, HttpMessageHandler? outer = null, Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect = null)
    {
        var handler = new SocketsHttpHandler { ConnectCallback = connect };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { authority ?? Authority.Certificate },
        };
        if (certificate is not null)
        {
            handler.SslOptions.ClientCertificates = [certificate];
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        }

        if (outer is DelegatingHandler delegating)
        {
            delegating.InnerHandler = handler;
        }

        return new HttpClient(outer ?? handler) { DefaultRequestVersion = version ?? HttpVersion.Version11, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
    }

    /// <summary>Connects a device.</summary>
    public HttpFederatedServer Connect(ParameterLayout layout, HttpFederatedServerOptions? options = null, Version? version = null, TimeProvider? time = null, DelegatingHandler? through = null)
    {
        HttpClient client = CreateClient(version, outer: through);
        _owned.Add(client);
        return Connect(client, layout, options, time);
    }

    public HttpFederatedServer Connect(HttpClient client, ParameterLayout layout, HttpFederatedServerOptions? options = null, TimeProvider? time = null)
    {
        var proxy = new HttpFederatedServer(client, Address, layout, options, time);
        _owned.Add(proxy);
        return proxy;
    }

    /// <summary>Sends a request with the protocol's version.</summary>
    public static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, Uri address, HttpContent? content = null, string? version = "1")
    {
        using var request = new HttpRequestMessage(method, address) { Content = content };
        if (version is not null)
        {
            request.Headers.Add("Ftte-Version", version);
        }

        return await client.SendAsync(request);
    }

    /// <summary>Sends a request that must be rejected, and returns the reason of its problem.</summary>
    public static async Task<string> RejectAsync(HttpClient client, HttpStatusCode status, HttpMethod method, Uri address, HttpContent? content = null, string? version = "1")
    {
        using HttpResponseMessage response = await SendAsync(client, method, address, content, version);
        return await ReadProblemAsync(response, status);
    }

    public static async Task<string> ReadProblemAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using var problem = JsonDocument.Parse(text);
        Assert.Equal((int)status, problem.RootElement.GetProperty("status").GetInt32());
        Assert.False(string.IsNullOrEmpty(problem.RootElement.GetProperty("title").GetString()));
        Assert.False(string.IsNullOrEmpty(problem.RootElement.GetProperty("detail").GetString()));
        string type = problem.RootElement.GetProperty("type").GetString()!;
        Assert.StartsWith("urn:ftte:problem:", type, StringComparison.Ordinal);
        return type["urn:ftte:problem:".Length..];
    }

    public static ByteArrayContent Content(byte[] bytes, string mediaType = "application/vnd.ftte")
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return content;
    }

    /// <summary>Asks for work with a certificate; returns the reason of the refusal, null if there was none.</summary>
    public async Task<string?> TryCheckOutAsync(X509Certificate2? certificate, string client = "a")
    {
        using HttpClient http = CreateClient(authority: Services.GetRequiredService<CertificateAuthority>().Certificate, certificate: certificate);
        var body = new ArrayBufferWriter<byte>();
        CheckOutRequestMessage.Write(body, new CheckOutRequest(new ClientId(client), 1, SmallLayout.Fingerprint));
        using HttpResponseMessage response = await SendAsync(http, HttpMethod.Post, At("check-out"), Content(body.WrittenSpan.ToArray()));
        return response.IsSuccessStatusCode ? null : await ReadProblemAsync(response, HttpStatusCode.Forbidden);
    }

    public Uri At(string path) => new($"{Address}/{path}");

    public async ValueTask DisposeAsync()
    {
        _owned.ForEach(owned => owned.Dispose());
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static async Task<TestCoordinator> StartAsync(IFederatedServer server, ParameterLayout layout, Action<WebApplicationBuilder> configure, Action<WebApplication> map, bool limits = true)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(server);
        builder.Services.AddSingleton(new ModelSnapshot(layout, default, new float[layout.ParameterCount]));
        configure(builder);
        WebApplication app = builder.Build();
        if (limits)
        {
            app.UseRateLimiter();
        }

        map(app);
        await app.StartAsync();
        return new TestCoordinator(app);
    }
}
