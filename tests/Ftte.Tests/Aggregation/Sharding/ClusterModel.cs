using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Ftte.Aggregation;

namespace Ftte.Tests.Aggregation;

/// <summary>One state of a model of a cluster: a database, shards, publishers, messages in flight, and the failures that may still happen.</summary>
/// <remarks>Messages arrive in any order. A message to an activation that no longer exists is lost, but its transactions can still be executed.</remarks>
internal sealed partial class ClusterModel
{
    private readonly List<Message> _messages = [];
    private readonly ShardProtocol[] _shards;
    private readonly int[] _activations;
    private readonly SortedDictionary<int, PublisherProtocol> _publishers = [];
    private readonly ClusterBounds _bounds;
    private BufferRecord _database;
    private string _acknowledged = "", _refused = "", _publications = "";
    private int _nextPublisher;

    public ClusterModel(ClusterBounds bounds)
    {
        _bounds = bounds;
        _database = BufferRecord.Create(bounds.Capacity);
        (Crashes, Losses, Repeats, Publishers, Timeouts) = (bounds.Crashes, bounds.Losses, bounds.Repeats, bounds.ExtraPublishers, bounds.Timeouts);
        _shards = new ShardProtocol[bounds.Shards];
        _activations = new int[bounds.Shards];
        foreach (char update in Updates)
        {
            Send(new Message(MessageKind.Update, ShardOf(update), Updates: $"{update}"));
        }

        for (int shard = 0; shard < bounds.Shards; shard++)
        {
            ActivateShard(shard);
        }

        ActivatePublisher();
    }

    private ClusterModel(ClusterModel other)
    {
        _bounds = other._bounds;
        _database = other._database;
        (Crashes, Losses, Repeats, Publishers, Timeouts) = (other.Crashes, other.Losses, other.Repeats, other.Publishers, other.Timeouts);
        _shards = [.. other._shards];
        _activations = [.. other._activations];
        _publishers = new(other._publishers);
        (_acknowledged, _refused, _publications, _nextPublisher) = (other._acknowledged, other._refused, other._publications, other._nextPublisher);
        _messages = [.. other._messages];
    }

    public int Crashes { get; private set; }

    public int Losses { get; private set; }

    public int Repeats { get; private set; }

    public int Publishers { get; private set; }

    public int Timeouts { get; private set; }

    /// <summary>Gets the first violation of an invariant; null if there is none.</summary>
    public string? Violation { get; private set; }

    /// <summary>Gets a value that indicates whether everything is done: all updates are acknowledged, and every complete buffer is published.</summary>
    public bool IsDone => _messages.Count == 0 && _acknowledged.Length == Updates.Length && !_database.IsClosed;

    public string Publications => _publications;

    private string Updates => "abcdefgh"[.._bounds.Updates];

    /// <summary>Enumerates the states that one step leads to.</summary>
    /// <returns>What happened, whether it is a failure, and the state.</returns>
    public IEnumerable<(string Step, bool IsFailure, ClusterModel Next)> GetSuccessors()
    {
        foreach (Message message in _messages.Distinct())
        {
            yield return Step($"{message}", false, next => next.Deliver(message));
            if (message.Kind == MessageKind.Commit && message.Buffer == _database.Number && _database.IsClosed)
            {
                // A process that knows that the buffer is closed does not ask the database.
                yield return Step($"{message} is answered without the database", false, next => next.Postpone(message));
            }

            if (Losses > 0)
            {
                if (message.Kind == MessageKind.Commit)
                {
                    yield return Step($"{message} fails", true, next => next.FailCommit(message, isExecuted: false));
                    yield return Step($"{message} is executed, but its result is lost", true, next => next.FailCommit(message, isExecuted: true));
                }
                else if (message.Kind is not (MessageKind.CommitResult or MessageKind.Update))
                {
                    yield return Step($"{message} is lost", true, next => (_, next.Losses) = (next._messages.Remove(message), next.Losses - 1));
                }
            }
        }

        for (int shard = 0; shard < _shards.Length && Crashes > 0; shard++)
        {
            int crashed = shard;
            yield return Step($"shard {shard} crashes", true, next =>
            {
                next.Crashes--;
                next.ActivateShard(crashed);
            });
        }

        foreach (int publisher in _publishers.Keys)
        {
            if (Crashes > 0)
            {
                yield return Step($"publisher {publisher} crashes", true, next =>
                {
                    next.Crashes--;
                    next._publishers.Remove(publisher);
                    next.ActivatePublisher();
                });
            }
        }

        if (Publishers > 0)
        {
            yield return Step("another publisher starts", true, next =>
            {
                next.Publishers--;
                next.ActivatePublisher();
            });
        }

        foreach (char update in Repeats > 0 ? Updates : "")
        {
            yield return Step($"{update} is sent again", true, next =>
            {
                next.Repeats--;
                next.Send(new Message(MessageKind.Update, ShardOf(update), Updates: $"{update}"));
            });
        }

        if (Timeouts > 0 && _database.Rows.Length > 0 && !_database.IsClosed)
        {
            yield return Step("the time of the buffer is over", true, next =>
            {
                next.Timeouts--;
                next._database = next._database.Close(next._database.Number, minUpdates: 1);
                next.Send(new Message(MessageKind.Closed, next._publishers.Keys.Last(), -1, next._database.Number));
            });
        }

        if (_messages.Count == 0)
        {
            yield return Step("timers", false, next => next.Tick());
        }
    }

    /// <summary>Returns a text that is equal for equal states.</summary>
    public string Describe()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{_database.Number}{(_database.IsClosed ? "c" : "")}[{string.Join(",", _database.Rows.Select(row => $"{row.Shard}{Letter(row.Update)}").Order(StringComparer.Ordinal))}]");
        text.Append(CultureInfo.InvariantCulture, $"a{_acknowledged}r{_refused}p{_publications};{Crashes}{Losses}{Repeats}{Publishers}{Timeouts};");
        for (int i = 0; i < _shards.Length; i++)
        {
            ShardProtocol shard = _shards[i];
            text.Append(CultureInfo.InvariantCulture, $"s{_activations[i]}:{shard.Buffer}{(shard.IsClosed ? "c" : "")}{InOrder(shard.Pending)}/{InOrder(shard.Committing)}/{Letters(shard.Folded)};");
        }

        foreach ((int number, PublisherProtocol publisher) in _publishers)
        {
            text.Append(CultureInfo.InvariantCulture, $"p{number}:{publisher.Buffer}{(publisher.IsClosed ? "c" : "")}{string.Join(",", publisher.Expected)}{string.Join(",", publisher.Parts.Select(part => $"{part.Key}{Letters(part.Value)}"))};");
        }

        foreach (string message in _messages.Select(message => message.ToString()).Order(StringComparer.Ordinal))
        {
            text.Append(message).Append(';');
        }

        return text.ToString();
    }

    private static UpdateName Name(char letter) => new(new ClientId($"{letter}"), new UpdateId(letter));

    private static char Letter(UpdateName update) => update.Client.Value[0];

    private static string Letters(IEnumerable<UpdateName> updates) => new([.. updates.Select(Letter).Order()]);

    /// <summary>Returns the updates in their order, which is that of the outcomes of a transaction.</summary>
    private static string InOrder(IEnumerable<UpdateName> updates) => new([.. updates.Select(Letter)]);

    private static ImmutableArray<UpdateName> Names(string letters) => [.. letters.Select(Name)];

    private int ShardOf(char update) => (update - 'a') % _bounds.Shards;

    private (string Step, bool IsFailure, ClusterModel Next) Step(string description, bool isFailure, Action<ClusterModel> change)
    {
        var next = new ClusterModel(this);
        change(next);
        next.Check();
        return (description, isFailure, next);
    }

    private void Check()
    {
        foreach (char update in _acknowledged)
        {
            if (!_database.Counted.Contains(Name(update)) && !_database.Rows.Any(row => row.Update == Name(update)) && !_refused.Contains(update, StringComparison.Ordinal))
            {
                Violation ??= $"{update} was acknowledged, but is not in the database";
            }
        }

        if (_database.Rows.Length > _bounds.Capacity || _database.Rows.Select(row => row.Update).Distinct().Count() != _database.Rows.Length)
        {
            Violation ??= "a buffer has too many updates, or one twice";
        }
    }
}
