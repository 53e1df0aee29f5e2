using System.Text;
using Ftte.Common;

namespace Ftte.Wire;

/// <summary>Provides members for all kinds of messages. <c>docs/wire-format.md</c> describes the bytes.</summary>
public static class WireMessage
{
    /// <summary>The version of the format that this library writes and reads.</summary>
    public const byte FormatVersion = 1;

    /// <summary>Gets the maximum lease duration and wait in a message: 30 days, well within the range of timers.</summary>
    public static TimeSpan MaxDuration => DurationGuard.Max;

    /// <summary>Returns the kind of a message from its first bytes, so that a transport can route it.</summary>
    /// <param name="message">The message, or at least its first 6 bytes.</param>
    /// <returns>The kind. The rest of the message is not validated.</returns>
    /// <exception cref="WireFormatException">The bytes are too few, do not start like a message, or have an unknown version or kind.</exception>
    public static MessageKind Peek(ReadOnlySpan<byte> message) => Envelope.ReadKind(message);

    /// <summary>Computes a seed for stochastic rounding from the IDs of a client and an update, so that updates are rounded independently.</summary>
    /// <param name="client">The ID of the client.</param>
    /// <param name="update">The ID of the update, also that of its assignment.</param>
    /// <returns>The seed, the same on every machine.</returns>
    public static ulong GetSeed(ClientId client, UpdateId update)
    {
        ulong seed = SplitMix64.Mix(update.Value);
        foreach (byte b in Encoding.UTF8.GetBytes(client.Value))
        {
            seed = SplitMix64.Mix(seed ^ b);
        }

        return seed;
    }
}
