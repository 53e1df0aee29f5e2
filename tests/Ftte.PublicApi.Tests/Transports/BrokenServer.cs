using System.Net.Sockets;
using Ftte.Testing;
using Ftte.Wire;

namespace Ftte.PublicApi.Tests.Transports;

/// <summary>Fails every call in the way that a network reports the fault.</summary>
internal sealed class BrokenServer(LinkFault fault) : IFederatedServer
{
    public async ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default)
    {
        await FailAsync();
        return default;
    }

    public async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        await FailAsync();
        return default;
    }

    private Task FailAsync() => fault switch
    {
        LinkFault.Unreachable => throw new SocketException((int)SocketError.ConnectionRefused),
        LinkFault.NoAnswer or LinkFault.TruncatedAnswer => throw new EndOfStreamException(),
        LinkFault.Timeout => throw new TimeoutException(),
        LinkFault.Hang => new TaskCompletionSource().Task,
        _ => throw new WireFormatException(WireError.BadValue, "The answer is damaged."),
    };
}
