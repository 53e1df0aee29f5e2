using System.Net;
using System.Net.Sockets;

namespace Ftte.Orleans.Tests;

/// <summary>Finds free ports on the loopback interface.</summary>
internal static class Ports
{
    public static int FindFree()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
