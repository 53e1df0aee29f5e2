using Ftte.Testing;

namespace Ftte.Tests;

/// <summary>Device and server in one process, without a transport, pass the suite.</summary>
public sealed class InProcessConformanceTests : TransportConformanceSuite
{
    protected override bool PassesServerExceptions => true;

    protected override ValueTask<IFederatedServer> ConnectAsync(IFederatedServer server) => new(server);
}
