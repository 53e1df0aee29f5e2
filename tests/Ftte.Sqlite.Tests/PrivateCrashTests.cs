using System.Globalization;
using Ftte.Privacy;
using Ftte.Store.CrashProbe;

namespace Ftte.Sqlite.Tests;

/// <summary>A server with differential privacy is killed with SIGKILL at random moments, and continues with other updates.</summary>
public sealed class PrivateCrashTests
{
    [Fact]
    public async Task A_private_server_that_is_killed_at_random_moments_forgets_no_participation_and_draws_no_noise_twice()
    {
        int kills = Environment.GetEnvironmentVariable("FTTE_LONG") == "1" ? 100 : 4;
        using var folder = new TemporaryFolder();
        string path = folder.File("federation.db");
        var random = new Random(kills);
        var run = new ObservedRun();
        for (int kill = 0; kill <= kills; kill++)
        {
            using var probe = ProbeProcess.Start("sqlite", path, "private");
            await run.AskParticipationsAsync(probe);
            await run.ReadAsync(probe, line => line == "ready");
            int acknowledged = 10 + random.Next(60);
            await run.ReadAsync(probe, line => line == "ack" && --acknowledged == 0);
            if (kill == kills)
            {
                await probe.WriteAsync("stop");
                await run.ReadAsync(probe, line => line == "final");
                break;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(30)), TimeProvider.System);
            probe.Kill();
            await run.ReadAsync(probe, _ => false, requiresLast: false);
        }

        run.VerifyParticipations();
        run.VerifyNoise();
    }

    /// <summary>Collects what all processes reported.</summary>
    private sealed class ObservedRun
    {
        private readonly Dictionary<(string Client, string Id), long> _folds = [];
        private readonly List<(string Client, long Step)> _acknowledged = [];
        private readonly HashSet<string> _clients = [];
        private readonly List<(long Number, ulong Fingerprint, float[] Changes)> _versions = [];
        private long _durable;

        public async Task AskParticipationsAsync(ProbeProcess probe)
        {
            foreach (string client in _clients)
            {
                await probe.WriteAsync(client);
            }

            await probe.WriteAsync("go");
        }

        public async Task ReadAsync(ProbeProcess probe, Predicate<string> isLast, bool requiresLast = true)
        {
            List<(string Client, string Status)> participations = [];
            while (await probe.ReadAsync() is { } line)
            {
                string[] words = line.Split(' ');
                switch (words[0])
                {
                    case "participation":
                        participations.Add((words[1], words[2]));
                        break;
                    case "ready":
                        _durable = Number(words[1]);
                        participations.ForEach(p => VerifyStatus(p.Client, p.Status));
                        break;
                    case "fold":
                        _folds[(words[2], words[3])] = Number(words[1]);
                        break;
                    case "version":
                        _versions.Add((Number(words[1]), ulong.Parse(words[2], CultureInfo.InvariantCulture), [.. words.Skip(3).Select(word => float.Parse(word, CultureInfo.InvariantCulture))]));
                        break;
                    case "ack" when words[3] is "Buffered" or "Published":
                        _clients.Add(words[1]);
                        _acknowledged.Add((words[1], _folds[(words[1], words[2])]));
                        break;
                }

                if (isLast(words[0]))
                {
                    return;
                }
            }

            if (requiresLast)
            {
                Assert.Fail(await probe.ErrorsAsync);
            }
        }

        /// <summary>All contributions that were acknowledged, by all processes together, keep the cap and the separation.</summary>
        public void VerifyParticipations()
        {
            Assert.NotEmpty(_acknowledged);
            foreach (IGrouping<string, long> client in _acknowledged.GroupBy(a => a.Client, a => a.Step))
            {
                long[] steps = [.. client.Order()];
                Assert.InRange(steps.Length, 1, PrivateProbe.Limits.MaxParticipations);
                Assert.All(steps.Zip(steps.Skip(1)), pair => Assert.True(pair.Second - pair.First >= PrivateProbe.Limits.MinSeparation, $"{client.Key}: versions {pair.First} and {pair.Second}"));
            }
        }

        /// <summary>Two publications by any processes have the same noise only if they are the same version with the same bits.</summary>
        public void VerifyNoise()
        {
            for (int i = 0; i < _versions.Count; i++)
            {
                for (int j = 0; j < i; j++)
                {
                    (long Number, ulong Fingerprint, float[] Changes) a = _versions[i], b = _versions[j];

                    // The first coordinate contains the updates. The changes are differences of float32 models, so equal noise is equal up to rounding.
                    bool isSameNoise = a.Changes.Skip(1).Zip(b.Changes.Skip(1), (x, y) => Math.Abs(x - y)).Max() < 1e-4;
                    Assert.Equal(a.Number == b.Number && a.Fingerprint == b.Fingerprint, isSameNoise);
                }
            }
        }

        /// <summary>After a restart, a client whose acknowledged contributions use up its limits is not allowed to contribute.</summary>
        private void VerifyStatus(string client, string status)
        {
            long[] steps = [.. _acknowledged.Where(a => a.Client == client).Select(a => a.Step)];
            ParticipationLimits limits = PrivateProbe.Limits;
            if (steps.Length >= limits.MaxParticipations)
            {
                Assert.Equal("Ended", status);
            }
            else if (steps.Length > 0 && _durable - steps.Max() < limits.MinSeparation)
            {
                Assert.NotEqual("Allowed", status);
            }
        }

        private static long Number(string word) => long.Parse(word, CultureInfo.InvariantCulture);
    }
}
