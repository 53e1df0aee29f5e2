namespace Ftte.Http.Tests;

/// <summary>Represents what happens to one connection.</summary>
/// <param name="Fault">What happens.</param>
/// <param name="AtByte">The number of bytes that are forwarded in the direction before, those of TLS included.</param>
/// <param name="IsUpload">True for the direction to the server.</param>
internal readonly record struct ConnectionFault(ProxyFault Fault, int AtByte, bool IsUpload)
{
    public static Func<int, ConnectionFault> Never { get; } = _ => default;

    /// <summary>Creates a plan from a seed: every connection has one of the faults, at a random byte and in a random direction.</summary>
    public static Func<int, ConnectionFault> FromSeed(int seed, int minBytes, int maxBytes, bool? isUpload = null, params ProxyFault[] faults) => connection =>
    {
        var random = new Random((seed * 1000) + connection);
        return new ConnectionFault(faults[random.Next(faults.Length)], random.Next(minBytes, maxBytes), isUpload ?? random.Next(3) == 0);
    };
}
