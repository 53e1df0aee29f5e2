using Ftte.Testing;

namespace Ftte.Tests;

/// <summary>The simplest transport is none: device and server in one process.</summary>
public sealed class InProcessConformanceTests : TransportConformanceSuite
{
    protected override ValueTask<IFederatedServer> ConnectAsync(IFederatedServer server) => new(server);
}
