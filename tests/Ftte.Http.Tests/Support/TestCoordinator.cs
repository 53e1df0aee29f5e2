using System.Net;
using System.Security.Cryptography.X509Certificates;
using Ftte.AspNetCore;
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

    public IServiceProvider Services => _app.Services;

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/ftte");

    /// <summary>Starts a web server that admits devices without authentication.</summary>
    public static async Task<TestCoordinator> StartAsync(IFederatedServer server, ParameterLayout layout, FtteEndpointOptions? options = null, Action<WebApplicationBuilder>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(ServerCertificate)));
        builder.Services.AddSingleton(server);
        builder.Services.AddSingleton(new ModelSnapshot(layout, default, new float[layout.ParameterCount]));
        builder.Services.AddFtteEndpoints(limits => (limits.MaxConcurrentRequests, limits.RequestsPerSecond, limits.Burst) = (1000, 10_000, 10_000));
        configure?.Invoke(builder);
        WebApplication app = builder.Build();
        app.UseRateLimiter();
        app.MapFtte(options: options).AllowAnonymous();
        await app.StartAsync();
        return new TestCoordinator(app);
    }

    /// <summary>Creates a client that trusts the authority of the tests.</summary>
    public static HttpClient CreateClient(Version? version = null)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
        {
            chain!.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.CustomTrustStore.Add(Authority.Certificate);
            return chain.Build((X509Certificate2)certificate!);
        };
        return new HttpClient(handler) { DefaultRequestVersion = version ?? HttpVersion.Version11, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
    }

    /// <summary>Connects a device.</summary>
    public HttpFederatedServer Connect(ParameterLayout layout, HttpFederatedServerOptions? options = null, Version? version = null, TimeProvider? time = null)
    {
        HttpClient client = CreateClient(version);
        _owned.Add(client);
        var proxy = new HttpFederatedServer(client, Address, layout, options, time);
        _owned.Add(proxy);
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        _owned.ForEach(owned => owned.Dispose());
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
