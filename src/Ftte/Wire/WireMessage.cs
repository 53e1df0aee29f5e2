using System.Text;
using Ftte.Common;

namespace Ftte.Wire;

/// <summary>What all messages have in common. The bytes are described in <c>docs/wire-format.md</c>.</summary>
public static class WireMessage
{
    /// <summary>The version of the format that this library writes and reads.</summary>
    public const byte FormatVersion = 1;

    /// <summary>Gets the longest lease and the longest wait that a message can state: 30 days, well within what timers take.</summary>
    public static TimeSpan MaxDuration => DurationGuard.Max;

    /// <summary>Tells the kind of a message from its first bytes, so that a transport can pass it on.</summary>
    /// <param name="message">The message, or at least its first 6 bytes.</param>
    /// <returns>The kind. Nothing else was checked.</returns>
    /// <exception cref="WireFormatException">The bytes are too few, begin wrongly, or are of a version or kind that is not known.</exception>
    public static MessageKind Peek(ReadOnlySpan<byte> message) => Envelope.ReadKind(message);

    /// <summary>Mixes the name of an update into a seed for stochastic rounding, so that no two updates are rounded alike.</summary>
    /// <param name="client">The device.</param>
    /// <param name="update">The update, or the assignment that asks for it.</param>
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
