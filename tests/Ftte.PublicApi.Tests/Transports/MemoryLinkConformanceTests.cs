using Ftte.Testing;

namespace Ftte.PublicApi.Tests.Transports;

/// <summary>The transport in which faults are planted passes the suite without them.</summary>
public sealed class MemoryLinkConformanceTests : TransportConformanceSuite
{
    protected override ValueTask<IFederatedServer> ConnectAsync(IFederatedServer server) => new(new MemoryLink(server, Layout));

    protected override ValueTask<IFederatedServer?> ConnectToFaultyServerAsync(LinkFault fault) => new(new MemoryLink(new BrokenServer(fault), Layout));
}
