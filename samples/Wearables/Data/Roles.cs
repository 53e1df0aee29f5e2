using System.Collections.Immutable;
using System.Globalization;
using Ftte.TinyEngine.TimeSeries;

namespace Wearables.Data;

/// <summary>Represents the roles of the people in one fold. Over all folds, every person is a newcomer once.</summary>
/// <param name="Base">The four people who own no device and provide the base model.</param>
/// <param name="Newcomers">The people who take no part in training.</param>
/// <param name="Participants">The people whose devices take part.</param>
internal sealed record Roles(ImmutableArray<int> Base, ImmutableArray<int> Newcomers, ImmutableArray<int> Participants)
{
    /// <summary>The number of people in a role, except for participants and the last fold.</summary>
    public const int Size = 4;

    /// <summary>The minimum number of people: as many participants as newcomers.</summary>
    public const int MinPeople = 3 * Size;

    /// <summary>Returns the name of the role of a person.</summary>
    public string RoleOf(int person) => Base.Contains(person) ? nameof(Base) : Newcomers.Contains(person) ? nameof(Newcomers) : nameof(Participants);

    /// <summary>Returns the number of folds.</summary>
    public static int Folds(int people) => (people + Size - 1) / Size;

    /// <summary>Assigns the roles.</summary>
    /// <param name="people">The numbers of the people, without duplicates.</param>
    /// <param name="fold">The fold, from 0.</param>
    /// <param name="seed">The seed of the order in which people rotate.</param>
    public static Roles Of(IReadOnlyList<int> people, int fold, ulong seed)
    {
        int count = people.Count;
        int[] places = GroupSplit.ToFolds([.. people.Select(person => person.ToString("000", CultureInfo.InvariantCulture))], count, seed);
        int first = fold * Size, next = Math.Min(first + Size, count);
        return new Roles(
            In(place => (place - next + count) % count < Size),
            In(place => place >= first && place < next),
            In(place => (place - next + count) % count >= Size && (place < first || place >= next)));

        ImmutableArray<int> In(Func<int, bool> isIn) => [.. people.Where((_, i) => isIn(places[i]))];
    }
}
