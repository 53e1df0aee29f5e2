using System.Net;

namespace Ftte.Http.Tests;

/// <summary>The transport passes the suite over TLS with HTTP/2.</summary>
public sealed class Http2ConformanceTests : HttpConformanceTests
{
    protected override Version Version => HttpVersion.Version20;
}
