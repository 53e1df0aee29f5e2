namespace Ftte.Wire;

/// <summary>Writes and reads the fields of a response to a request for work, which are the same whether the message contains the parameters or refers to them.</summary>
internal static class CheckOutFields
{
    /// <summary>The maximum number of bytes without the ranges of the selections.</summary>
    public const int MaxFixedLength = AnswerLength + AssignmentLength + sizeof(byte) + ClientId.MaxBytes + (2 * SelectionCodec.MaxFixedLength);

    private const int AnswerLength = sizeof(byte) + sizeof(long);

    private const int AssignmentLength =
        sizeof(ulong) + sizeof(ulong) + sizeof(long) + sizeof(ulong) + sizeof(int) + sizeof(byte) + sizeof(long) + sizeof(float) + sizeof(int);

    public static long GetLength(in CheckOutResponse answer) => answer.Assignment is { } assignment
        ? AnswerLength + AssignmentLength + MessageWriter.GetClientLength(assignment.Client)
            + SelectionCodec.GetLength(assignment.Selection, before: null)
            + SelectionCodec.GetLength(assignment.Refreshed, assignment.Selection)
        : AnswerLength;

    /// <summary>Validates that there is an assignment if and only if the outcome says so.</summary>
    public static void Validate(in CheckOutResponse answer)
    {
        if (answer.IsAssigned != (answer.Outcome == CheckOutOutcome.Assigned))
        {
            throw new ArgumentException($"The outcome is {answer.Outcome}, but there is {(answer.IsAssigned ? "an" : "no")} assignment. Specify an assignment if and only if the outcome is {CheckOutOutcome.Assigned}.", nameof(answer));
        }
    }

    public static void Write(ref MessageWriter message, in CheckOutResponse answer)
    {
        message.Enum("outcome", answer.Outcome, min: 1);
        message.OptionalDuration("wait", answer.RetryAfter);
        if (answer.Assignment is not { } assignment)
        {
            return;
        }

        message.UInt64(assignment.LayoutFingerprint);
        message.UInt64(assignment.UpdateId.Value);
        message.Int64("version", assignment.Version.Number);
        message.UInt64(assignment.ModelFingerprint);
        message.Int32("selection version", assignment.SelectionVersion.Number);
        message.Enum("content", assignment.Content);
        message.Duration("lease", assignment.LeaseDuration);
        message.Factor("step scale", assignment.StepScale);
        message.Int32("parameter count", assignment.Selection.ParameterCount, min: 1);
        message.Client(assignment.Client);
        SelectionCodec.Write(ref message, assignment.Selection, before: null);
        SelectionCodec.Write(ref message, assignment.Refreshed, assignment.Selection);
    }

    /// <summary>Reads and validates the fields without creating the selections.</summary>
    public static Checked Check(scoped ref FieldReader fields, int vectorLength, WireLimits limits)
    {
        CheckOutOutcome outcome = fields.Enum<CheckOutOutcome>("outcome", min: 1);
        TimeSpan? retryAfter = fields.OptionalDuration("wait");
        if (outcome != CheckOutOutcome.Assigned)
        {
            return new Checked(outcome, retryAfter);
        }

        ulong fingerprint = fields.UInt64();
        ulong id = fields.UInt64();
        long version = fields.Int64("version");
        ulong modelFingerprint = fields.UInt64();
        int selectionVersion = fields.Int32("selection version");
        UpdateContent content = fields.Enum<UpdateContent>("content");
        TimeSpan lease = fields.Duration("lease");
        float stepScale = fields.Factor("step scale");
        int parameterCount = fields.Int32("parameter count", min: 1);
        if (parameterCount != vectorLength)
        {
            throw new WireFormatException(WireError.Inconsistent,
                $"The message is for a model of {parameterCount} parameters, but the vector has {vectorLength}. The device and the server have different models. Update the app.");
        }

        ClientId client = fields.Client();
        var header = new UpdateHeader(client, new UpdateId(id), fingerprint, new ModelVersion(version), new SelectionVersion(selectionVersion), 1, content, modelFingerprint);
        SelectionCodec.CheckedRanges selected = SelectionCodec.Check(ref fields, parameterCount, limits);
        SelectionCodec.CheckedRanges refreshed = SelectionCodec.Check(ref fields, parameterCount, limits, selected);
        return new Checked(outcome, retryAfter, header, lease, stepScale, parameterCount, selected, refreshed);
    }

    /// <summary>Represents validated fields, with the selections still encoded.</summary>
    public readonly ref struct Checked(
        CheckOutOutcome outcome,
        TimeSpan? retryAfter,
        UpdateHeader header = default,
        TimeSpan lease = default,
        float stepScale = 1,
        int parameterCount = 0,
        SelectionCodec.CheckedRanges selected = default,
        SelectionCodec.CheckedRanges refreshed = default)
    {
        private readonly SelectionCodec.CheckedRanges _selected = selected;
        private readonly SelectionCodec.CheckedRanges _refreshed = refreshed;

        public bool IsAssigned => outcome == CheckOutOutcome.Assigned;

        public int RefreshedCount => _refreshed.Count;

        public CheckOutResponse ToResponse()
        {
            if (!IsAssigned)
            {
                return new CheckOutResponse(outcome, null, retryAfter);
            }

            ParameterSelection selection = _selected.ToSelection(parameterCount);
            var assignment = new TrainingAssignment(
                header.Client,
                header.Id,
                header.LayoutFingerprint,
                header.BaseVersion,
                header.SelectionVersion,
                selection,
                _refreshed.IsSameAs(_selected) ? selection : _refreshed.ToSelection(parameterCount),
                header.Content,
                lease,
                header.BaseFingerprint)
            {
                StepScale = stepScale,
            };
            return new CheckOutResponse(outcome, assignment, retryAfter);
        }
    }
}
