using System.Collections.Immutable;
using System.Globalization;
using Ftte.Aggregation;

namespace Ftte.Tests.Aggregation;

/// <content>Delivers messages, executes transactions and applies the reactions of shards and publishers.</content>
internal sealed partial class ClusterModel
{
    private void Send(Message message) => _messages.Add(message);

    private void Deliver(Message message)
    {
        _messages.Remove(message);
        int to = message.To;
        bool isCurrent = message.Activation < 0 || message.Kind is MessageKind.Commit or MessageKind.ShardLoad or MessageKind.Part || _activations[to] == message.Activation;
        if (message.IsToPublisher && !_publishers.ContainsKey(to))
        {
            return;
        }

        switch (message.Kind)
        {
            case MessageKind.Update:
                React(to, _shards[to].Receive(Name(message.Updates[0])));
                break;
            case MessageKind.Commit:
                Send(ExecuteCommit(message));
                break;
            case MessageKind.CommitResult when isCurrent:
                ImmutableArray<CommitOutcome> outcomes = [.. message.Outcomes.Select(outcome => (CommitOutcome)(outcome - '0'))];
                React(to, _shards[to].Committed(new CommitResult(message.Buffer, message.Flag, outcomes)));
                break;
            case MessageKind.ShardLoad:
                string rows = Letters(_database.Rows.Where(row => row.Shard == to).Select(row => row.Update));
                Send(new Message(MessageKind.ShardLoaded, to, message.Activation, _database.Number, _database.IsClosed, rows));
                break;
            case MessageKind.ShardLoaded when isCurrent:
                React(to, _shards[to].Loaded(message.Buffer, message.Flag, Names(message.Updates)));
                break;
            case MessageKind.Advanced:
                React(to, _shards[to].Advanced(message.Buffer));
                break;
            case MessageKind.Ask:
                foreach (ShardEffect effect in Accept(to, _shards[to].Asked(message.Buffer, message.Updates.Length)))
                {
                    if (effect is ShardEffect.SendPart part)
                    {
                        Send(new Message(MessageKind.Part, message.Activation, to, part.Buffer, Updates: Letters(part.Updates)));
                    }
                    else
                    {
                        Apply(to, effect);
                    }
                }

                break;
            case MessageKind.Part:
                React(to, _publishers[to].PartReceived(message.Activation, message.Buffer, Names(message.Updates)));
                break;
            case MessageKind.Closed:
                React(to, _publishers[to].Closed(message.Buffer));
                break;
            case MessageKind.PublisherLoad:
                Send(new Message(MessageKind.PublisherLoaded, to, -1, _database.Number, _database.IsClosed, string.Concat(_database.Rows.Select(row => row.Shard).Order())));
                break;
            case MessageKind.PublisherLoaded:
                React(to, _publishers[to].Loaded(message.Buffer, message.Flag, message.Updates.GroupBy(digit => digit - '0').ToImmutableSortedDictionary(group => group.Key, group => group.Count())));
                break;
            case MessageKind.Publish:
                ExecutePublish(message);
                Send(new Message(MessageKind.PublicationEnded, to));
                break;
            case MessageKind.PublicationEnded:
                React(to, _publishers[to].PublicationEnded());
                break;
        }
    }

    private Message ExecuteCommit(Message message)
    {
        (_database, CommitResult result) = _database.Commit(message.Buffer, message.To, Names(message.Updates));
        return new Message(MessageKind.CommitResult, message.To, message.Activation, result.Buffer, result.IsClosed, Outcomes: string.Concat(result.Outcomes.Select(outcome => (int)outcome)));
    }

    private void Postpone(Message message)
    {
        _messages.Remove(message);
        string later = new((char)('0' + (int)CommitOutcome.Later), message.Updates.Length);
        Send(new Message(MessageKind.CommitResult, message.To, message.Activation, message.Buffer, Flag: true, Outcomes: later));
    }

    private void FailCommit(Message message, bool isExecuted)
    {
        Losses--;
        _messages.Remove(message);
        if (isExecuted)
        {
            ExecuteCommit(message);
        }

        if (_activations[message.To] == message.Activation)
        {
            React(message.To, _shards[message.To].CommitFailed());
        }
    }

    private void ExecutePublish(Message message)
    {
        if (message.Buffer != _database.Number || !_database.IsClosed)
        {
            return;
        }

        string rows = Letters(_database.Rows.Select(row => row.Update));
        if (rows != message.Updates)
        {
            Violation ??= $"the version consists of {message.Updates}, but the database has {rows}";
        }

        if (_database.Number == _bounds.RefusedBuffer)
        {
            _refused += rows;
            _database = _database.Refuse(message.Buffer);
            return;
        }

        bool isComplete = rows.Length == _bounds.Capacity || (_bounds.Timeouts > 0 && rows.Length > 0);
        if (!isComplete || rows.Any(update => _database.Counted.Contains(Name(update))))
        {
            Violation ??= $"the version of buffer {message.Buffer} consists of {rows}";
        }

        _publications += $"{rows},";
        _database = _database.Publish(message.Buffer);
    }

    private void ActivateShard(int shard)
    {
        _activations[shard]++;
        React(shard, ShardProtocol.Activate(shard));
    }

    private void ActivatePublisher()
    {
        int number = _nextPublisher++;
        React(number, PublisherProtocol.Activate());
    }

    private void Tick()
    {
        foreach (char update in Updates.Except(_acknowledged))
        {
            Send(new Message(MessageKind.Update, ShardOf(update), Updates: $"{update}"));
        }

        for (int shard = 0; shard < _shards.Length; shard++)
        {
            React(shard, _shards[shard].Tick());
        }

        foreach (int publisher in _publishers.Keys.ToArray())
        {
            React(publisher, _publishers[publisher].Tick());
        }
    }

    private ImmutableArray<ShardEffect> Accept(int shard, (ShardProtocol State, ImmutableArray<ShardEffect> Effects) reaction)
    {
        _shards[shard] = reaction.State;
        if (reaction.State.Folded.Distinct().Count() != reaction.State.Folded.Length)
        {
            Violation ??= $"shard {shard} folded {Letters(reaction.State.Folded)}";
        }

        return reaction.Effects;
    }

    private void React(int shard, (ShardProtocol State, ImmutableArray<ShardEffect> Effects) reaction)
    {
        foreach (ShardEffect effect in Accept(shard, reaction))
        {
            Apply(shard, effect);
        }
    }

    private void Apply(int shard, ShardEffect effect)
    {
        switch (effect)
        {
            case ShardEffect.Load:
                Send(new Message(MessageKind.ShardLoad, shard, _activations[shard]));
                break;
            case ShardEffect.Commit commit:
                Send(new Message(MessageKind.Commit, shard, _activations[shard], commit.Buffer, Updates: InOrder(commit.Updates)));
                break;
            case ShardEffect.Acknowledge acknowledgement when !_acknowledged.Contains(Letter(acknowledgement.Update), StringComparison.Ordinal):
                _acknowledged = string.Concat((_acknowledged + Letter(acknowledgement.Update)).Order());
                break;
            case ShardEffect.NotifyClosed closed:
                Send(new Message(MessageKind.Closed, _publishers.Keys.Last(), -1, closed.Buffer));
                break;
        }
    }

    private void React(int publisher, (PublisherProtocol State, ImmutableArray<PublisherEffect> Effects) reaction)
    {
        _publishers[publisher] = reaction.State;
        foreach (PublisherEffect effect in reaction.Effects)
        {
            switch (effect)
            {
                case PublisherEffect.Load:
                    Send(new Message(MessageKind.PublisherLoad, publisher));
                    break;
                case PublisherEffect.Ask ask:
                    Send(new Message(MessageKind.Ask, ask.Shard, publisher, ask.Buffer, Updates: new string('#', ask.Count)));
                    break;
                case PublisherEffect.Publish publish:
                    Send(new Message(MessageKind.Publish, publisher, -1, publish.Buffer, Updates: Letters(publish.Updates)));
                    break;
                case PublisherEffect.Announce announcement:
                    for (int shard = 0; shard < _shards.Length && announcement.Buffer > 0; shard++)
                    {
                        Send(new Message(MessageKind.Advanced, shard, -1, announcement.Buffer));
                    }

                    break;
            }
        }
    }

    private enum MessageKind
    {
        Update,
        Commit,
        CommitResult,
        ShardLoad,
        ShardLoaded,
        Advanced,
        Ask,
        Part,
        Closed,
        PublisherLoad,
        PublisherLoaded,
        Publish,
        PublicationEnded,
    }

    private readonly record struct Message(MessageKind Kind, int To, int Activation = -1, long Buffer = 0, bool Flag = false, string Updates = "", string Outcomes = "")
    {
        public bool IsToPublisher => Kind is MessageKind.Part or MessageKind.Closed or MessageKind.PublisherLoaded or MessageKind.PublicationEnded;

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind} {To} {Activation} {Buffer}{(Flag ? "c" : "")} {Updates}{Outcomes}");
    }
}
