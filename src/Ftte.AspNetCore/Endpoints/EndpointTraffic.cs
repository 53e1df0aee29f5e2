namespace Ftte.AspNetCore.Endpoints;

/// <summary>Counts the bytes of the bodies that the endpoints of one federation received and sent.</summary>
internal sealed class EndpointTraffic
{
    private long _received;
    private long _sent;

    public long ReceivedBytes => Interlocked.Read(ref _received);

    public long SentBytes => Interlocked.Read(ref _sent);

    public void Received(long bytes) => Interlocked.Add(ref _received, bytes);

    public void Sent(long bytes) => Interlocked.Add(ref _sent, bytes);
}
