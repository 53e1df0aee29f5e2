using Ftte.TinyEngine;
using Suite = Ftte.Testing.TransportConformanceSuite;

namespace Ftte.PublicApi.Tests.Transports;

/// <summary>The faults that the suite must find, one per line: what the transport does, the fact that finds it, the change to <see cref="MemoryLink"/>.</summary>
internal static class PlantedFaults
{
    private const float FarOutside = 5;

    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        // The request for work.
        new("loses the client of a request", nameof(Suite.Every_field_of_a_check_out_request_arrives), (s, l) => new MemoryLink(s, l) { Request = r => r with { Client = new ClientId("other") } }),
        new("loses the memory budget", nameof(Suite.Every_field_of_a_check_out_request_arrives), (s, l) => new MemoryLink(s, l) { Request = r => r with { MemoryBudgetBytes = 1 } }),
        new("loses the layout of a request", nameof(Suite.Every_field_of_a_check_out_request_arrives), (s, l) => new MemoryLink(s, l) { Request = r => r with { LayoutFingerprint = 0 } }),
        new("loses the held version", nameof(Suite.Every_field_of_a_check_out_request_arrives), (s, l) => new MemoryLink(s, l) { Request = r => r with { HeldVersion = null } }),
        new("takes no held version for version 0", nameof(Suite.Every_field_of_a_check_out_request_arrives), (s, l) => new MemoryLink(s, l) { Request = r => r with { HeldVersion = r.HeldVersion ?? default(ModelVersion) } }),
        new("loses CanProbe", nameof(Suite.Every_field_of_a_check_out_request_arrives), (s, l) => new MemoryLink(s, l) { Request = r => r with { CanProbe = false } }),
        new("loses the held fingerprint", nameof(Suite.Every_field_of_a_check_out_request_arrives), (s, l) => new MemoryLink(s, l) { Request = r => r with { HeldFingerprint = 0 } }),
        new("loses the held version where a server must believe it", nameof(Suite.A_check_out_of_the_version_held_brings_nothing), (s, l) => new MemoryLink(s, l) { Request = r => r with { HeldVersion = null } }),
        new("loses the held fingerprint where a server must believe it", nameof(Suite.A_second_check_out_brings_only_what_changed_and_leaves_the_rest), (s, l) => new MemoryLink(s, l) { Request = r => r with { HeldFingerprint = 0 } }),
        new("loses CanProbe where a server asks", nameof(Suite.A_probe_goes_down_and_its_answer_up_and_the_server_chooses_by_it), (s, l) => new MemoryLink(s, l) { Request = r => r with { CanProbe = false } }),
        new("sets CanProbe for every device", nameof(Suite.A_device_that_cannot_be_asked_trains_and_its_opinion_is_not_heard), (s, l) => new MemoryLink(s, l) { Request = r => r with { CanProbe = true } }),
        new("sets CanEvaluate for every device", nameof(Suite.A_device_that_cannot_evaluate_trains), (s, l) => new MemoryLink(s, l) { Request = r => r with { CanEvaluate = true } }),
        new("loses that a device never trains", nameof(Suite.A_device_that_only_evaluates_is_asked_its_metrics_arrive_and_it_gets_no_other_work), (s, l) => new MemoryLink(s, l) { Request = r => r with { NeverTrains = false } }),
        new("swaps the clients of devices", nameof(Suite.Several_devices_work_at_once), (s, l) => new MemoryLink(s, l) { Request = r => r with { Client = new ClientId("device-0") } }),

        // The answer to it.
        new("returns another reason for no work", nameof(Suite.No_work_is_a_value_with_its_reason_and_time), (s, l) => new MemoryLink(s, l) { Response = r => r.IsAssigned ? r : r with { Outcome = CheckOutOutcome.Busy } }),
        new("drops the wait", nameof(Suite.No_work_is_a_value_with_its_reason_and_time), (s, l) => new MemoryLink(s, l) { Response = r => r with { RetryAfter = null } }),
        new("drops a wait of zero", nameof(Suite.No_work_is_a_value_with_its_reason_and_time), (s, l) => new MemoryLink(s, l) { Response = r => r.RetryAfter == TimeSpan.Zero ? r with { RetryAfter = null } : r }),
        new("writes to the buffer without work", nameof(Suite.No_work_is_a_value_with_its_reason_and_time), (s, l) => new MemoryLink(s, l) { Write = (_, received, parameters) => received.CopyTo(parameters) }),
        new("takes every refusal for too little memory", nameof(Suite.A_real_server_says_why_it_has_no_work), (s, l) => new MemoryLink(s, l) { Response = r => r.IsAssigned ? r : r with { Outcome = CheckOutOutcome.NotEnoughMemory } }),
        new("takes a stopped server for a busy one", nameof(Suite.A_stopped_server_says_so), (s, l) => new MemoryLink(s, l) { Response = r => r.Outcome == CheckOutOutcome.Stopped ? r with { Outcome = CheckOutOutcome.Busy } : r }),
        new("accepts a buffer of the wrong length", nameof(Suite.A_buffer_of_the_wrong_length_throws_ArgumentException), (s, l) => new MemoryLink(s, l) { ChecksBufferLength = false, Write = WriteFitting }),
        new("loses the client of an assignment", nameof(Suite.Every_field_of_an_assignment_arrives), (s, l) => OfAssignment(s, l, a => a with { Client = new ClientId("other") })),
        new("loses the update's ID of an assignment", nameof(Suite.Every_field_of_an_assignment_arrives), (s, l) => OfAssignment(s, l, a => a with { UpdateId = default })),
        new("loses the layout of an assignment", nameof(Suite.Every_field_of_an_assignment_arrives), (s, l) => OfAssignment(s, l, a => a with { LayoutFingerprint = 0 })),
        new("loses the version of an assignment", nameof(Suite.Every_field_of_an_assignment_arrives), (s, l) => OfAssignment(s, l, a => a with { Version = default })),
        new("loses the selection's version of an assignment", nameof(Suite.Every_field_of_an_assignment_arrives), (s, l) => OfAssignment(s, l, a => a with { SelectionVersion = default })),
        new("replaces the selection by the refreshed ranges", nameof(Suite.Every_field_of_an_assignment_arrives), (s, l) => OfAssignment(s, l, a => a with { Selection = a.Refreshed })),
        new("replaces the refreshed ranges by the selection", nameof(Suite.Every_field_of_an_assignment_arrives), (s, l) => OfAssignment(s, l, a => a with { Refreshed = a.Selection })),
        new("loses the content of an assignment", nameof(Suite.Every_field_of_an_assignment_arrives), (s, l) => OfAssignment(s, l, a => a with { Content = default })),
        new("rounds the lease to seconds", nameof(Suite.Every_field_of_an_assignment_arrives), (s, l) => OfAssignment(s, l, a => a with { LeaseDuration = TimeSpan.FromSeconds((long)a.LeaseDuration.TotalSeconds) })),
        new("loses the model's fingerprint", nameof(Suite.Every_field_of_an_assignment_arrives), (s, l) => OfAssignment(s, l, a => a with { ModelFingerprint = 0 })),
        new("ignores the refreshed ranges and writes everything", nameof(Suite.Every_field_of_an_assignment_arrives), (s, l) => new MemoryLink(s, l) { Write = (_, received, parameters) => received.CopyTo(parameters) }),
        new("writes one parameter beyond the refreshed ranges", nameof(Suite.A_second_check_out_brings_only_what_changed_and_leaves_the_rest), (s, l) => new MemoryLink(s, l) { Write = WriteBeyond }),
        new("does not write the first parameter", nameof(Suite.A_first_check_out_brings_the_whole_model), (s, l) => new MemoryLink(s, l) { Write = (response, received, parameters) => received.AsSpan(1).CopyTo(parameters.Span[1..]) }),

        // The update.
        new("loses the client of an update", nameof(Suite.An_update_arrives_with_every_field_and_every_bit), (s, l) => new MemoryLink(s, l) { Header = h => h with { Client = new ClientId("other") } }),
        new("loses the ID of an update", nameof(Suite.An_update_arrives_with_every_field_and_every_bit), (s, l) => new MemoryLink(s, l) { Header = h => h with { Id = default } }),
        new("loses the layout of an update", nameof(Suite.An_update_arrives_with_every_field_and_every_bit), (s, l) => new MemoryLink(s, l) { Header = h => h with { LayoutFingerprint = 0 } }),
        new("loses the base version", nameof(Suite.An_update_arrives_with_every_field_and_every_bit), (s, l) => new MemoryLink(s, l) { Header = h => h with { BaseVersion = default } }),
        new("loses the selection's version of an update", nameof(Suite.An_update_arrives_with_every_field_and_every_bit), (s, l) => new MemoryLink(s, l) { Header = h => h with { SelectionVersion = default } }),
        new("loses the example count", nameof(Suite.An_update_arrives_with_every_field_and_every_bit), (s, l) => new MemoryLink(s, l) { Header = h => h with { ExampleCount = 1 } }),
        new("loses the content of an update", nameof(Suite.An_update_arrives_with_every_field_and_every_bit), (s, l) => new MemoryLink(s, l) { Header = h => h with { Content = default } }),
        new("loses the base fingerprint", nameof(Suite.An_update_arrives_with_every_field_and_every_bit), (s, l) => new MemoryLink(s, l) { Header = h => h with { BaseFingerprint = 0 } }),
        new("gives each copy of an update an ID of its own", nameof(Suite.An_update_sent_twice_counts_once), NewIds),
        new("rounds values to 16 bits", nameof(Suite.An_update_arrives_with_every_field_and_every_bit), (s, l) => new MemoryLink(s, l) { Values = values => [.. values.Select(v => (float)(Half)v)] }),
        new("replaces NaN by zero", nameof(Suite.An_update_arrives_with_every_field_and_every_bit), (s, l) => new MemoryLink(s, l) { Values = values => [.. values.Select(v => float.IsNaN(v) ? 0 : v)] }),
        new("loses the sign of zero", nameof(Suite.An_update_arrives_with_every_field_and_every_bit), (s, l) => new MemoryLink(s, l) { Values = values => [.. values.Select(v => v + 0f)] }),
        new("cuts large messages off", nameof(Suite.A_million_values_pass_each_way), (s, l) => new MemoryLink(s, l) { Values = values => values[..Math.Min(values.Length, 1 << 16)] }),
        new("pads short updates", nameof(Suite.A_real_server_says_why_it_rejects_an_update), (s, l) => new MemoryLink(s, l) { Values = values => values.Length == 1 ? [.. values, .. new float[21]] : values }),

        // The receipt.
        new("returns another outcome of an update", nameof(Suite.Every_outcome_arrives_as_a_value), (s, l) => new MemoryLink(s, l) { Receipt = r => r.Outcome == UpdateOutcome.Refused ? r with { Outcome = UpdateOutcome.NotAssigned } : r }),
        new("loses the version of a receipt", nameof(Suite.Every_outcome_arrives_as_a_value), (s, l) => new MemoryLink(s, l) { Receipt = r => r with { Version = default } }),
        new("loses the weight", nameof(Suite.Every_outcome_arrives_as_a_value), (s, l) => new MemoryLink(s, l) { Receipt = r => r with { Weight = 1 } }),
        new("drops the wait of a receipt", nameof(Suite.Every_outcome_arrives_as_a_value), (s, l) => new MemoryLink(s, l) { Receipt = r => r with { RetryAfter = null } }),

        // Ownership.
        new("disposes the update", nameof(Suite.An_update_is_still_the_callers_after_the_receipt), (s, l) => new FaultyBuffers.DisposesUpdates(s, l)),
        new("reads the update of a canceled call later", nameof(Suite.A_submission_canceled_on_its_way_leaves_nothing_behind), (s, l) => new FaultyBuffers.ReadsUpdatesLater(s, l)),
        new("disposes the update of a canceled call", nameof(Suite.A_submission_canceled_on_its_way_leaves_nothing_behind), (s, l) => new FaultyBuffers.DisposesCanceledUpdates(s, l)),
        new("keeps the buffer of an earlier check-out", nameof(Suite.A_check_out_keeps_no_buffer), (s, l) => new FaultyBuffers.KeepsBuffers(s, l)),
        new("writes the answer of a canceled check-out later", nameof(Suite.Late_answers_to_canceled_calls_reach_nobody), (s, l) => new FaultyBuffers.WritesLater(s, l)),
        new("writes an answer that was on its way at the cancellation later", nameof(Suite.A_check_out_canceled_while_its_answer_travels_leaves_nothing_behind), (s, l) => new FaultyBuffers.WritesLater(s, l)),

        // Calls that mix.
        new("answers a second call with the first answer", nameof(Suite.An_update_sent_twice_counts_once), (s, l) => new FaultyAnswers.RepeatsAnswers(s, l)),
        new("answers the next call with the late answer of a canceled one", nameof(Suite.Late_answers_to_canceled_calls_reach_nobody), (s, l) => new FaultyAnswers.KeepsLateAnswers(s, l)),
        new("leaves a half-read answer of a canceled call in its connection", nameof(Suite.A_check_out_canceled_while_its_answer_travels_leaves_nothing_behind), (s, l) => new FaultyAnswers.ReadsHalf(s, l)),
        new("ends all calls if one is canceled", nameof(Suite.Canceling_one_call_ends_no_other), (s, l) => new FaultyCalls.EndsTogether(s, l, andFailures: false)),
        new("ends all calls if the server throws in one", nameof(Suite.A_server_that_throws_fails_no_other_call), (s, l) => new FaultyCalls.EndsTogether(s, l, andFailures: true)),
        new("makes one call at a time", nameof(Suite.A_server_that_throws_fails_no_other_call), (s, l) => new FaultyCalls.OneAtATime(s, l), Hangs: true),
        new("fails for good after a failed check-out", nameof(Suite.A_server_that_throws_fails_the_check_out_and_not_the_next), (s, l) => new FaultyCalls.FailsForGood(s, l)),
        new("fails for good after a failed submission", nameof(Suite.A_server_that_throws_fails_the_submission_and_not_the_next), (s, l) => new FaultyCalls.FailsForGood(s, l)),

        // Cancellation.
        new("ignores a token that is canceled beforehand", nameof(Suite.A_call_canceled_beforehand_does_not_reach_the_server), (s, l) => new FaultyCalls.SendsCanceledCalls(s, l)),
        new("ignores cancellation of a check-out", nameof(Suite.A_check_out_without_an_answer_can_be_canceled), (s, l) => new FaultyCalls.IgnoresCancellation(s, l), Hangs: true),
        new("ignores cancellation of a submission", nameof(Suite.A_submission_without_an_answer_can_be_canceled), (s, l) => new FaultyCalls.IgnoresCancellation(s, l), Hangs: true),
        new("ignores cancellation on a link that hangs", nameof(Suite.A_call_that_hangs_can_be_canceled), (s, l) => new FaultyCalls.IgnoresCancellation(s, l), Hangs: true),
        new("throws IOException for a canceled check-out", nameof(Suite.A_check_out_without_an_answer_can_be_canceled), (s, l) => new FaultyCalls.ThrowsIOExceptionIfCanceled(s, l)),
        new("throws IOException for a canceled submission", nameof(Suite.A_submission_without_an_answer_can_be_canceled), (s, l) => new FaultyCalls.ThrowsIOExceptionIfCanceled(s, l)),
        new("leaves calls waiting at disposal", nameof(Suite.A_disposed_proxy_ends_its_calls), (s, l) => new MemoryLink(s, l) { EndsCallsAtDisposal = false }, Hangs: true),
        new("waits for its calls at disposal", nameof(Suite.A_disposed_proxy_ends_its_calls), (s, l) => new FaultyCalls.DisposalWaits(s, l), Hangs: true),

        // Failures.
        new("returns a default answer if the server throws in a check-out", nameof(Suite.A_server_that_throws_fails_the_check_out_and_not_the_next), (s, l) => new FaultyCalls.SwallowsFailures(s, l)),
        new("returns a default receipt if the server throws in a submission", nameof(Suite.A_server_that_throws_fails_the_submission_and_not_the_next), (s, l) => new FaultyCalls.SwallowsFailures(s, l)),
        new("hangs if the server throws in a check-out", nameof(Suite.A_server_that_throws_fails_the_check_out_and_not_the_next), (s, l) => new FaultyCalls.HangsOnFailures(s, l), Hangs: true),
        new("hangs if the server throws in a submission", nameof(Suite.A_server_that_throws_fails_the_submission_and_not_the_next), (s, l) => new FaultyCalls.HangsOnFailures(s, l), Hangs: true),
        new("passes exceptions of the server on that mean misuse", nameof(Suite.A_server_that_throws_fails_the_check_out_and_not_the_next), (s, l) => new FaultyCalls.Throws(s, l, error => error is ArgumentException ? error : new IOException("", error))),
        new("passes cancellation at the server on as cancellation by the device", nameof(Suite.A_server_that_throws_fails_the_submission_and_not_the_next), (s, l) => new FaultyCalls.Throws(s, l, error => error is OperationCanceledException ? error : new IOException("", error))),
        new("throws another type than IOException for a broken link in a check-out", nameof(Suite.A_check_out_over_a_faulty_link_throws_IOException), (s, l) => new FaultyCalls.Throws(s, l, error => error is IOException ? error : new InvalidOperationException("", error))),
        new("throws another type than IOException for a broken link in a submission", nameof(Suite.A_submission_over_a_faulty_link_throws_IOException), (s, l) => new FaultyCalls.Throws(s, l, error => error is IOException ? error : new InvalidOperationException("", error))),
        new("treats a broken link as misuse, which ends the device loop", nameof(Suite.A_device_loop_survives_a_faulty_link), (s, l) => new FaultyCalls.Throws(s, l, error => new NotSupportedException("", error))),
        new("blocks its caller", nameof(Suite.A_first_check_out_brings_the_whole_model), (s, l) => new FaultyCalls.BlocksCallers(s, l), Hangs: true),
    ];

    private static MemoryLink OfAssignment(IFederatedServer server, ParameterLayout layout, Func<TrainingAssignment, TrainingAssignment> change) =>
        new(server, layout) { Response = response => response with { Assignment = response.Assignment is { } given ? change(given) : null } };

    private static MemoryLink NewIds(IFederatedServer server, ParameterLayout layout)
    {
        ulong sent = 0;
        return new MemoryLink(server, layout) { Header = header => header with { Id = new UpdateId(header.Id.Value + sent++) } };
    }

    private static void WriteFitting(CheckOutResponse response, float[] received, Memory<float> parameters) =>
        received.AsSpan(0, Math.Min(received.Length, parameters.Length)).CopyTo(parameters.Span);

    private static void WriteBeyond(CheckOutResponse response, float[] received, Memory<float> parameters)
    {
        if (response.Assignment is { Refreshed: { Count: > 0 } refreshed })
        {
            refreshed.Copy(received, parameters.Span);
            int beyond = Enumerable.Range(0, parameters.Length).FirstOrDefault(j => !refreshed.Contains(j), -1);
            if (beyond >= 0)
            {
                parameters.Span[beyond] = FarOutside;
            }
        }
    }
}
