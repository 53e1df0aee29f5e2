using System.Collections.Immutable;
using Ftte.TinyEngine.TimeSeries;

namespace Wearables.Data;

/// <summary>Represents the examples of one fold, by role.</summary>
/// <param name="Base">The examples of the people who own no device.</param>
/// <param name="Newcomers">The devices of the people who take no part in training.</param>
/// <param name="Participants">The devices that take part.</param>
internal sealed record FoldData(ImmutableArray<PersonDevice> Base, ImmutableArray<PersonDevice> Newcomers, ImmutableArray<PersonDevice> Participants)
{
    /// <summary>Assigns roles to the people and normalizes their windows.</summary>
    /// <param name="devices">The devices of one kind of all people.</param>
    /// <param name="fold">The fold, from 0.</param>
    /// <param name="seed">The seed of the order in which people rotate.</param>
    /// <param name="scaling">The source of the statistics.</param>
    public static FoldData Create(ImmutableArray<PersonDevice> devices, int fold, ulong seed, Scaling scaling)
    {
        var roles = Roles.Of([.. devices.Select(device => device.Person)], fold, seed);
        IEnumerable<PersonDevice> basis = devices.Where(device => roles.Base.Contains(device.Person));

        // Devices share the statistics of the base people: those of its own windows would remove what gravity tells about the posture of a person.
        var shared = ChannelNormalization.Fit(new PooledExamples(basis.Select(device => device.Training)), PersonDevice.Channels);
        ILookup<string, PersonDevice> byRole = devices.Select(Normalize).ToLookup(device => roles.RoleOf(device.Person));
        return new FoldData([.. byRole[nameof(Roles.Base)]], [.. byRole[nameof(Roles.Newcomers)]], [.. byRole[nameof(Roles.Participants)]]);

        PersonDevice Normalize(PersonDevice device) =>
            device.Normalize(scaling == Scaling.Base ? shared : ChannelNormalization.Fit(device.Training, PersonDevice.Channels));
    }
}
