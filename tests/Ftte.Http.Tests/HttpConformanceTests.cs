using System.Net;
using Ftte.Testing;

namespace Ftte.Http.Tests;

/// <summary>The transport passes the suite over TLS with HTTP/1.1.</summary>
public class HttpConformanceTests : TransportConformanceSuite
{
    private static readonly HttpFederatedServerOptions AnswerAtOnce = new() { WorkWait = TimeSpan.Zero };

    private readonly List<TestCoordinator> _coordinators = [];
    private readonly List<IDisposable> _owned = [];

    protected virtual Version Version => HttpVersion.Version11;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _owned.ForEach(owned => owned.Dispose());
        foreach (TestCoordinator coordinator in _coordinators)
        {
            await coordinator.DisposeAsync();
        }
    }

    protected override async ValueTask<IFederatedServer> ConnectAsync(IFederatedServer server)
    {
        TestCoordinator coordinator = await TestCoordinator.StartAsync(server, Layout);
        _coordinators.Add(coordinator);
        return coordinator.Connect(Layout, AnswerAtOnce, Version);
    }

    protected override ValueTask<IFederatedServer?> ConnectToFaultyServerAsync(LinkFault fault)
    {
        var server = new FaultyHttpsServer(fault);
        HttpClient client = TestCoordinator.CreateClient(Version);
        _owned.AddRange([server, client]);
        return new(new HttpFederatedServer(client, server.Address, Layout, AnswerAtOnce, server.Time));
    }
}
