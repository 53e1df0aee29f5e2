using System.Globalization;
using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Store.CrashProbe;

namespace Ftte;

/// <summary>Collects what the devices of all processes saw, and folds the same updates without an interruption.</summary>
internal sealed class ObservedRun
{
    private readonly Dictionary<string, UpdateHeader> _pending = [];
    private readonly HashSet<string> _accepted = [];
    private readonly Dictionary<string, (long Version, UpdateHeader Header)> _folds = [];
    private readonly Random _order = new(1);
    private readonly BufferedAggregator _reference = new(Workload.Start, new SelectionHistory(Workload.Selection), Workload.Options);
    private (long Version, ulong Fingerprint) _reported;

    public int AcknowledgedCount => _accepted.Count;

    public async Task SendPendingAsync(ProbeProcess probe)
    {
        foreach (UpdateHeader header in _pending.Values)
        {
            await probe.WriteAsync(Workload.Format(header));
        }

        await probe.WriteAsync("go");
    }

    /// <summary>Reads reports until one with the specified first word.</summary>
    /// <returns>False if the output ended before.</returns>
    public async Task<bool> ReadUntilAsync(ProbeProcess probe, string last)
    {
        while (await probe.ReadAsync() is { } line)
        {
            string[] words = line.Split(' ');
            switch (words[0])
            {
                case "fold":
                    UpdateHeader folded = Workload.Parse(words.AsSpan(2));
                    _folds[Key(folded.Client.Value, words[3])] = (Number(words[1]), folded);
                    break;
                case "try":
                    UpdateHeader tried = Workload.Parse(words.AsSpan(1));
                    _pending.Add(Key(tried.Client.Value, words[2]), tried);
                    break;
                case "ack":
                    Assert.True(words[3] is "Buffered" or "Published" or "Duplicate", line);
                    Assert.True(_pending.Remove(Key(words[1], words[2])), $"{line}: not pending");
                    Assert.True(_accepted.Add(Key(words[1], words[2])), $"{line}: accepted twice");
                    break;
                default:
                    _reported = (Number(words[1]), ulong.Parse(words[2], CultureInfo.InvariantCulture));
                    break;
            }

            if (words[0] == last)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads reports until a number of updates was acknowledged.</summary>
    public async Task ReadAcknowledgementsAsync(ProbeProcess probe, int count)
    {
        for (; count > 0; count--)
        {
            await RequireAsync(probe, "ack");
        }
    }

    /// <summary>Reads reports until one with the specified first word; fails with the errors of the process if its output ends before.</summary>
    public async Task RequireAsync(ProbeProcess probe, string last)
    {
        if (!await ReadUntilAsync(probe, last))
        {
            Assert.Fail(await probe.ErrorsAsync);
        }
    }

    /// <summary>Folds the accepted updates of all versions up to the reported one, and compares the bits.</summary>
    public async Task VerifyAsync()
    {
        Assert.Empty(_pending);
        Assert.All(_accepted, key => Assert.True(_folds.ContainsKey(key), $"{key} was accepted, but not folded."));
        ILookup<long, UpdateHeader> versions = _folds.Where(fold => _accepted.Contains(fold.Key)).ToLookup(fold => fold.Value.Version, fold => fold.Value.Header);
        Assert.All(versions, version => Assert.True(version.Key <= _reported.Version, $"An update for version {version.Key} was accepted, but the server is at {_reported.Version}."));
        while (_reference.Current.Version.Number < _reported.Version)
        {
            long version = _reference.Current.Version.Number;
            UpdateHeader[] members = [.. versions[version]];
            Assert.True(members.Length == Workload.Capacity, $"Version {version + 1} has {members.Length} accepted updates.");
            _order.Shuffle(members);
            foreach (UpdateHeader header in members)
            {
                using SparseUpdate update = Workload.Create(header);
                UpdateReceipt receipt = await _reference.AggregateAsync(update);
                Assert.True(receipt.Outcome is UpdateOutcome.Buffered or UpdateOutcome.Published, $"{header}: {receipt}");
            }
        }

        Assert.Equal(_reported, (_reference.Current.Version.Number, _reference.Current.Fingerprint));
        Assert.InRange(versions[_reported.Version].Count(), 0, Workload.Capacity - 1);
    }

    private static string Key(string client, string id) => $"{client}/{id}";

    private static long Number(string word) => long.Parse(word, CultureInfo.InvariantCulture);
}
